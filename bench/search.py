"""Search of the published inventories, some 4,000 records, in both backends: a page of hits with marks and all facets,
similar records, partners, rebuilding the index, and the ranking of the first ten hits. The reference is a bare match
query over HTTP, without facets or marks, in the same Elasticsearch index."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.client import HTTPConnection
from math import log2
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import urlsplit

import django

from bench.figures import Figure, NotHere, latencies
from core.records import SearchRecord
from search.backends import SearchBackend
from search.requests import EVERYBODY, MatchRequest, SearchRequest, SimilarRequest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCES = ("eu-pstw-2025", "us-federal-ai-2024", "uk-atrs")
PREFIX = "bench-search"
TOPICS = Path(__file__).with_name("topics.toml")
ROUNDS = 3

QUERIES = [
    ("sv", query)
    for query in (
        "chattbot kommun",
        "hitta vattenläckor",
        "äldreomsorg",
        "bygglovsansökan",
        "felaktiga utbetalningar",
        "skogsbränder satellitbilder",
        "transkribera möten",
        "sortera inkommande e-post",
        "röntgenbilder",
        "trafikljus trängsel",
        "klarspråk",
        "upphandling",
        "snöröjning",
        "skolfrånvaro",
        "tolka handskriven text i arkiv",
        "Växjö",
    )
] + [
    ("en", query)
    for query in (
        "chatbot for residents",
        "fraud detection",
        "predictive maintenance",
        "machine translation",
        "satellite images agriculture",
        "job seekers",
        "traffic",
        "document classification",
        "face recognition border",
        "patient triage hospital",
        "wildlife cameras",
        "building energy",
        "speech to text",
        "customer service",
        "water quality",
        "tax risk",
    )
]


def measure() -> Iterator[Figure]:
    if not os.environ.get("ELASTICSEARCH_URL"):
        raise NotHere("no Elasticsearch")
    if not (DATA / f"{SOURCES[0]}.csv").exists():
        raise NotHere("no published inventories")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DATA_DIR=folder,
            DJANGO_SETTINGS_MODULE="config.settings.local",
            ELASTICSEARCH_PREFIX=PREFIX,
            LOG_LEVEL="WARNING",
        )
        os.environ.pop("DATABASE_URL", None)
        django.setup()
        try:
            yield from figures()
        finally:
            _delete_index()


def figures() -> Iterator[Figure]:
    from django.core.management import call_command

    from search.backends import backends
    from search.indexing import rebuild

    call_command("migrate", verbosity=0)
    for name in SOURCES:
        call_command(
            "import_inventory", str(DATA / f"{name}.csv"), source=name, json=True, stdout=io.StringIO()
        )
    for backend in backends():
        begun = time.perf_counter()
        records = rebuild(backend)
        took = time.perf_counter() - begun
        yield Figure(
            f"{backend.name}, rebuild", records / took, "records/s", f"{records} records in {took:.1f} s"
        )
    elastic, database = backends()
    pages = [elastic.search(SearchRequest(text=text, language=language)) for language, text in QUERIES]
    subjects = [(hit.record.kind, hit.record.id) for page in pages for hit in page.hits[:3]]
    bare = BareMatch(os.environ["ELASTICSEARCH_URL"], f"{PREFIX}_v*")
    yield from latencies(
        "Elasticsearch, bare match",
        timed(bare.search, QUERIES),
        "reference: no facets, no marks, no second language",
    )
    for backend in (elastic, database):
        for what, ask, asked in (
            ("a page", partial(_page, backend), QUERIES),
            ("similar", partial(_similar, backend), subjects),
            ("partners", partial(_partners, backend), subjects),
            ("suggestions", partial(_suggestions, backend), QUERIES),
        ):
            yield from latencies(f"{backend.name}, {what}", timed(ask, asked))
    for backend in (elastic, database):
        yield from relevance(backend)


def timed(ask: Callable[[Any], object], asked: Sequence[Any]) -> list[float]:
    """Return the seconds of each request, after one round that warms up."""
    seconds = []
    for round_ in range(ROUNDS + 1):
        for one in asked:
            begun = time.perf_counter()
            ask(one)
            if round_:
                seconds.append(time.perf_counter() - begun)
    return seconds


def relevance(backend: SearchBackend) -> Iterator[Figure]:
    """Yield the ranking of the first ten hits, from 0 to 1 (nDCG), over the queries of `topics.toml`."""
    from search.sources import source_named

    projects = source_named("project")
    records = projects.records(projects.indexable().values_list("pk", flat=True))
    texts = {record.key: _searchable_text(record) for record in records}
    reached: dict[str, list[float]] = {"sv": [], "en": []}
    for topic in tomllib.loads(TOPICS.read_text(encoding="utf-8"))["topic"]:
        patterns = [re.compile(pattern) for pattern in topic["patterns"]]
        worth = {
            record.key: 3.0 if patterns[0].search(record.text("en").title.lower()) else 1.0
            for record in records
            if all(pattern.search(texts[record.key]) for pattern in patterns)
        }
        for language, scores in reached.items():
            for query in topic.get(language, ()):
                asked = SearchRequest(text=query, language=language, size=10, filters={"kind": ("project",)})
                found = [worth.get(hit.record.key, 0.0) for hit in backend.search(asked).hits]
                scores.append(_gain(found) / _gain(sorted(worth.values(), reverse=True)[:10]))
    for language, scores in reached.items():
        note = f"{len(scores)} queries, English records"
        yield Figure(f"{backend.name}, ranking, {language}", 100 * fmean(scores), "nDCG@10 × 100", note)


def _searchable_text(record: SearchRecord) -> str:
    text = record.text("en")
    where = record.where.get("en", "")
    return f"{text.title} . {text.summary} {text.body} . {record.organisation_name} {where}".lower()


def _gain(worths: Sequence[float]) -> float:
    return sum(worth / log2(place + 2) for place, worth in enumerate(worths))


class BareMatch:
    """A kept connection to Elasticsearch, without code of this project."""

    def __init__(self, url: str, index: str) -> None:
        address = urlsplit(url)
        self._connection = HTTPConnection(address.hostname or "", address.port)
        self._path = f"/{index}/_search"

    def search(self, asked: tuple[str, str]) -> None:
        fields = ["texts.en.title^3", "texts.en.summary", "texts.en.body"]
        body = {"size": 20, "query": {"multi_match": {"query": asked[1], "fields": fields}}}
        self._connection.request("POST", self._path, json.dumps(body), {"Content-Type": "application/json"})
        json.loads(self._connection.getresponse().read())


def _page(backend: SearchBackend, asked: tuple[str, str]) -> object:
    return backend.search(SearchRequest(language=asked[0], text=asked[1]))


def _similar(backend: SearchBackend, subject: tuple[str, int]) -> object:
    return backend.similar(SimilarRequest(kind=subject[0], id=subject[1]))


def _partners(backend: SearchBackend, subject: tuple[str, int]) -> object:
    return backend.match(MatchRequest(kind=subject[0], id=subject[1]))


def _suggestions(backend: SearchBackend, asked: tuple[str, str]) -> object:
    return backend.suggest(asked[1][:5], asked[0], EVERYBODY)


def _delete_index() -> None:
    connection = HTTPConnection(urlsplit(os.environ["ELASTICSEARCH_URL"]).netloc)
    connection.request("GET", f"/_resolve/index/{PREFIX}_v*")
    for index in json.loads(connection.getresponse().read())["indices"]:
        connection.request("DELETE", f"/{index['name']}")
        connection.getresponse().read()

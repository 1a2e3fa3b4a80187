"""No text makes the site slow: time grows linearly with the length of a text.

These are the only tests that measure time. They use processor time, which other work on the machine changes little. A
measurement above a limit is repeated, and the median counts.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median

import pytest

from community.discussions.models import LONGEST_POST
from community.inventories.addresses import web_address
from community.inventories.encoding import count_improbable
from community.inventories.sheets.shown import shown
from community.inventories.text import clean, clean_id, first_sentence, is_program_error, made_id
from community.organisations.names import name_key, named_keys
from community.projects.models import Project
from community.projects.search import build_project, indexable_projects
from core.feeds import AtomFeed
from core.records import SearchRecord, Text
from core.rich_text import render_markdown
from core.text import normalized
from core.text_fields import LONGEST
from search.database.fulltext import _groups, _match, _vector, rows_of
from search.highlights import hit_of
from search.overlap import best_pair, segments
from search.requests import MAX_FREE_TEXT, MatchRequest, SearchRequest
from search.words import query_terms
from tests.factories import ProjectFactory
from tests.project.worst_case import TEXTS

SHORT = 2_500
SECONDS = {LONGEST_POST: 0.5, LONGEST: 1.0}
GROWTH = 2.5
"""The highest cost of a character in the longest text, as a multiple of its cost in the short one."""
TOO_LITTLE_TO_MEASURE = 0.002

Work = Callable[[str], object]


def seconds(work: Work, text: str, *, runs: int = 1) -> float:
    """Measure as `timeit` does: without the garbage collector, which would visit everything this process has
    loaded."""
    measured = []
    gc.disable()
    try:
        for _ in range(runs):
            begun = time.process_time()
            work(text)
            measured.append(time.process_time() - begun)
    finally:
        gc.enable()
    return median(measured)


def too_slow(work: Work) -> list[str]:
    """Return the texts whose time is too long, or grows faster than their length."""
    work("Några ord som värmer upp: *a* https://a.se")
    return [f"{name}: {fault}" for name, make in TEXTS.items() if (fault := fault_of(work, make))]


def fault_of(work: Work, make: Callable[[int], str]) -> str:
    short, long = make(SHORT), make(LONGEST)
    for runs in (1, 5):
        once = max(seconds(work, short, runs=runs + 2), TOO_LITTLE_TO_MEASURE)
        took = seconds(work, long, runs=runs)
        growth = took / len(long) / (once / len(short))
        post = took if took <= SECONDS[LONGEST_POST] else seconds(work, make(LONGEST_POST), runs=runs)
        if took <= SECONDS[LONGEST] and post <= SECONDS[LONGEST_POST] and growth <= GROWTH:
            return ""
    return f"{took:.2f} s, as a post {post:.2f} s, {growth:.1f} times a character"


def record(text: str) -> SearchRecord:
    return SearchRecord(
        kind="project",
        id=1,
        texts={"sv": Text(title=text[:250], summary=text[:300], body=text)},
        language="sv",
        audience=frozenset({"public"}),
    )


def index(text: str) -> None:
    for _, fields in rows_of(1, record(text)):
        _vector((tokens, "A") for tokens in fields)


def query(text: str) -> None:
    request = SearchRequest(text=text)
    for asked in _groups(query_terms(request.text, "sv")):
        _match(asked.tokens, ("title", "body"))
    query_terms(MatchRequest(text=text).text, "sv")


def highlight(text: str) -> None:
    terms = query_terms(SearchRequest(text=f"{text[:100]} a ord1 bygglov").text, "sv")
    hit_of(record(text), 1.0, terms, "sv")


def compare(text: str) -> None:
    ours = segments.__wrapped__(text[:MAX_FREE_TEXT], "sv")
    best_pair(ours, ours, {token: 1.0 for segment in ours for word in segment.words for token in word.tokens})


def feed(text: str) -> None:
    made = AtomFeed(title="Nytt", link="/", description="")
    made.add_item(title=text, link="/", description=text)
    made.writeString("utf-8")


def read_cell(text: str) -> None:
    first_sentence(clean(text))
    name_key(text)
    named_keys(text)
    web_address(text)
    is_program_error(text)
    clean_id(text)
    made_id([text])
    count_improbable(text)
    shown("7", text)


@pytest.mark.parametrize(
    "work",
    [render_markdown, index, highlight, query, compare, feed, read_cell, normalized],
    ids=lambda work: work.__name__,
)
def test_time_grows_linearly_with_the_text(work: Work) -> None:
    assert too_slow(work) == []


@pytest.mark.django_db
def test_time_to_build_a_search_record_grows_linearly() -> None:
    project = ProjectFactory()
    found: Project = indexable_projects().get(pk=project.pk)

    def build(text: str) -> None:
        found.description = text
        build_project(found)

    assert too_slow(build) == []


def test_there_are_enough_texts() -> None:
    assert len(TEXTS) >= 40
    for name, make in TEXTS.items():
        for length in (SHORT, LONGEST):
            assert length * 0.8 <= len(make(length)) <= length, name


def test_quadratic_time_is_detected() -> None:
    def each_with_each(text: str) -> int:
        return sum(one == other for one in text[::40] for other in text)

    assert fault_of(each_with_each, TEXTS["one word"])

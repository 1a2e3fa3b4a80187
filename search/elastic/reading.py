"""Asking Elasticsearch, and records out of what it answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from search.backends import BackendUnavailable
from search.elastic.client import failing_as_unavailable
from search.highlights import excerpt, marked
from search.records import SearchRecord, from_data
from search.results import Hit
from search.words import Term

Answer = dict[str, Any]


class Reader:
    """Asks one index or alias, for the whole answer or none; every failure is BackendUnavailable."""

    def __init__(self, client: Elasticsearch, index: str) -> None:
        self._client = client
        self._index = index

    @failing_as_unavailable()
    def ask(self, search: Search) -> Answer:
        return dict(
            self._client.search(index=self._index, body=search.to_dict(), allow_partial_search_results=False)
        )

    @failing_as_unavailable()
    def ask_all(self, searches: Sequence[Search]) -> list[Answer]:
        """One request for all of them."""
        header = {"index": self._index, "allow_partial_search_results": False}
        asked = [part for search in searches for part in (header, search.to_dict())]
        answers = list(self._client.msearch(searches=asked)["responses"])
        if failed := [answer for answer in answers if "error" in answer]:
            raise BackendUnavailable(f"{failed[0]['error']['type']} ({failed[0]['status']})")
        return answers

    @failing_as_unavailable()
    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        """In how many records each token stands; tokens that stand nowhere are left out."""
        if not tokens:
            return {}
        answer = self._client.termvectors(
            index=self._index,
            doc={"told": " ".join(sorted(tokens))},
            fields=["told"],
            term_statistics=True,
            field_statistics=False,
            positions=False,
            offsets=False,
        )
        terms = answer["term_vectors"].get("told", {"terms": {}})["terms"]
        return {token: told["doc_freq"] for token, told in terms.items() if "doc_freq" in told}

    @failing_as_unavailable()
    def count(self) -> int:
        return int(self._client.count(index=self._index)["count"])


def records_in(answer: Answer) -> Iterator[tuple[SearchRecord, float]]:
    """Each found record and its score."""
    for hit in answer["hits"]["hits"]:
        yield from_data(hit["_source"]), hit["_score"] or 0.0


def hit_of(record: SearchRecord, score: float, terms: Sequence[Term], language: str) -> Hit:
    shown = record.shown_in(language)
    text = record.texts[shown]
    return Hit(record, shown, score, marked(text.title, terms, shown), excerpt(text, terms, shown))

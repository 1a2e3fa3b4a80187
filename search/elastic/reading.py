"""Sends searches to Elasticsearch, and reads records from its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from core.records import SearchRecord, from_data
from search.backends import BackendUnavailable
from search.elastic.client import failing_as_unavailable
from search.significance import importance
from search.words import Term

Answer = dict[str, Any]


class Reader:
    """Searches one index or alias. An answer is complete, and every failure is BackendUnavailable."""

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
        """Send all searches in one request."""
        header = {"index": self._index, "allow_partial_search_results": False}
        asked = [part for search in searches for part in (header, search.to_dict())]
        answers = list(self._client.msearch(searches=asked)["responses"])
        if failed := [answer for answer in answers if "error" in answer]:
            raise BackendUnavailable(f"{failed[0]['error']['type']} ({failed[0]['status']})")
        return answers

    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        """Token → number of records that contain it. Tokens without records are left out."""
        return self._counted(tokens)[0]

    def importance(self, terms: Sequence[Term]) -> list[float]:
        """The importance of each term of a query: higher for rarer terms, 0 when no record has it."""
        found, size = self._counted(frozenset().union(*(term.tokens for term in terms)))
        return importance(terms, found, size)

    @failing_as_unavailable()
    def _counted(self, tokens: Collection[str]) -> tuple[dict[str, int], int]:
        """Token → number of records, and the number of all records."""
        if not tokens:
            return {}, 0
        answer = self._client.termvectors(
            index=self._index,
            doc={"all_tokens": " ".join(sorted(tokens))},
            fields=["all_tokens"],
            term_statistics=True,
            positions=False,
            offsets=False,
        )
        vector = answer["term_vectors"].get("all_tokens", {"terms": {}, "field_statistics": {"doc_count": 0}})
        found = {
            token: counts["doc_freq"] for token, counts in vector["terms"].items() if "doc_freq" in counts
        }
        return found, vector["field_statistics"]["doc_count"]

    @failing_as_unavailable()
    def count(self) -> int:
        return int(self._client.count(index=self._index)["count"])


def records_in(answer: Answer) -> Iterator[tuple[SearchRecord, float]]:
    """Each found record and its score."""
    for hit in answer["hits"]["hits"]:
        yield from_data(hit["_source"]), hit["_score"] or 0.0

"""Elasticsearch as a search backend."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from elasticsearch.dsl import Query
from elasticsearch.dsl.query import MatchNone
from elasticsearch.helpers import scan, streaming_bulk

from core.records import SearchRecord
from search.backends import BackendUnavailable
from search.elastic import matching
from search.elastic.client import client_for_reading, client_for_writing, failing_as_unavailable
from search.elastic.documents import source
from search.elastic.lifecycle import Indices
from search.elastic.queries import answering, beginning, nearly, page_of
from search.elastic.reading import Reader, records_in
from search.facets import build_facets
from search.highlights import hit_of
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import Hit, Match, SearchPage, Suggestion
from search.words import Term, query_terms, words

CHUNK = 500
SUGGESTIONS = 6
NOT_THERE, SUPERSEDED = 404, 409


class ElasticBackend:
    """Implements `search.backends.SearchBackend`. A search page takes two requests: one for the rarity of the words,
    one for the page.

    The version of a write is the time at which its records were read, so that an older write never overwrites a newer
    one.
    """

    name = "elastic"

    def __init__(self) -> None:
        self._writing = client_for_writing(settings.ELASTICSEARCH_URL)
        self._indices = Indices(self._writing, settings.ELASTICSEARCH_PREFIX)
        self._reader = Reader(client_for_reading(settings.ELASTICSEARCH_URL), self._indices.read)

    # -- writing

    @failing_as_unavailable()
    def write(self, records: Iterable[SearchRecord], as_of: int | None = None) -> None:
        as_of = as_of or time.time_ns()
        self._put(records, self._indices.written(), as_of)

    @failing_as_unavailable()
    def delete(self, kind: str, ids: Iterable[int], as_of: int | None = None) -> None:
        operations = ({"_op_type": "delete", "_id": f"{kind}:{object_id}"} for object_id in ids)
        self._send(operations, self._indices.written(), as_of or time.time_ns())

    @failing_as_unavailable()
    def replace(self, chunks: Iterable[Sequence[SearchRecord]]) -> int:
        index = self._indices.create()
        self._indices.migrate_writes(index)
        number = 0
        as_of = time.time_ns()
        for chunk in chunks:
            self._put(chunk, [index], as_of)
            number += len(chunk)
            as_of = time.time_ns()
        self._writing.indices.refresh(index=index)
        self._indices.migrate_reads(index)
        self._indices.drop_old()
        return number

    @failing_as_unavailable()
    def refresh(self) -> None:
        """Make all writes searchable now rather than within a second."""
        self._writing.indices.refresh(index=self._indices.written())

    def _put(self, records: Iterable[SearchRecord], indices: Sequence[str], as_of: int) -> None:
        operations = (
            {"_op_type": "index", "_id": record.key, "_source": source(record)} for record in records
        )
        self._send(operations, indices, as_of)

    def _send(self, operations: Iterable[dict[str, Any]], indices: Sequence[str], as_of: int) -> None:
        stamp = {"version": as_of, "version_type": "external_gte"}
        everywhere = (
            {**operation, **stamp, "_index": index} for operation in operations for index in indices
        )
        sent = streaming_bulk(self._writing, everywhere, chunk_size=CHUNK, raise_on_error=False)
        answers = [item for done, answer in sent if not done for item in answer.values()]
        failed = [item for item in answers if item["status"] not in (NOT_THERE, SUPERSEDED)]
        if failed:
            kind = failed[0].get("error", {}).get("type", "unknown")
            raise BackendUnavailable(f"{len(failed)} writes failed: {kind} ({failed[0]['status']})")

    @failing_as_unavailable()
    def ids(self, kind: str) -> set[int]:
        query = {"query": {"term": {"kind": kind}}, "_source": False}
        found = scan(self._writing, index=self._indices.read, query=query, size=5_000)
        return {int(hit["_id"].partition(":")[2]) for hit in found}

    def count(self) -> int:
        return self._reader.count()

    # -- reading

    def search(self, request: SearchRequest) -> SearchPage:
        started = time.perf_counter()
        terms = query_terms(request.text, request.language)
        answer = self._reader.ask(page_of(request, self._query(request.text, terms)))
        counts = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in counted["codes"]["buckets"]}
            for name, counted in answer["aggregations"].items()
        }
        return SearchPage(
            total=answer["hits"]["total"]["value"],
            hits=tuple(
                hit_of(record, score, terms, request.language) for record, score in records_in(answer)
            ),
            facets=build_facets(counts, request),
            page=request.page,
            size=request.size,
            backend=self.name,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def _query(self, text: str, terms: Sequence[Term]) -> Query | None:
        if not terms:
            return MatchNone() if text else None
        importance = self._reader.importance(terms)
        return answering(text, terms, importance) if any(importance) else nearly(text)

    def similar(self, request: SimilarRequest) -> list[Hit]:
        return matching.similar(self._reader, request)

    def match(self, request: MatchRequest) -> list[Match]:
        return matching.match(self._reader, request)

    def suggest(self, text: str, language: str, viewer: frozenset[str]) -> list[Suggestion]:
        if not any(words(text)):
            return []
        found: dict[str, Suggestion] = {}
        for record, _ in records_in(self._reader.ask(beginning(text, viewer, SUGGESTIONS * 2))):
            title = record.text(language).title
            shown = record.shown_in(language)
            suggestion = Suggestion(title, record.kind, record.url(language), shown, record.id)
            found.setdefault(title, suggestion)
        return list(found.values())[:SUGGESTIONS]

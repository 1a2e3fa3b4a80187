"""Elasticsearch as a search backend."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from elasticsearch.dsl import Search
from elasticsearch.helpers import scan, streaming_bulk

from search.backends import BackendUnavailable
from search.elastic.client import WRITING, client, failing_as_unavailable
from search.elastic.documents import source
from search.elastic.lifecycle import Indices
from search.elastic.queries import answering, beginning, nearly, page_of
from search.facets import build_facets
from search.highlights import excerpt, marked
from search.records import SearchRecord, from_data
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import Hit, Match, SearchPage, Suggestion
from search.words import Term, query_terms

CHUNK = 500
SUGGESTIONS = 6
SUPERSEDED, NOT_THERE = 409, 404


class ElasticBackend:
    """Keeps `search.backends.SearchBackend`. One request a search page, a second one only where nothing is found.

    Writes carry the time at which their record was read, so that an older one never overwrites a newer."""

    name = "elastic"

    def __init__(self) -> None:
        self._client = client()
        self._indices = Indices(self._client.options(request_timeout=WRITING), settings.ELASTICSEARCH_PREFIX)

    # -- writing

    @failing_as_unavailable()
    def write(self, records: Iterable[SearchRecord]) -> None:
        read_at = _now()
        self._put(records, self._indices.written(), read_at)

    @failing_as_unavailable()
    def delete(self, kind: str, ids: Iterable[int]) -> None:
        read_at = _now()
        operations = ({"_op_type": "delete", "_id": f"{kind}:{object_id}"} for object_id in ids)
        self._send(operations, self._indices.written(), read_at)

    @failing_as_unavailable()
    def replace(self, chunks: Iterable[Sequence[SearchRecord]]) -> int:
        index = self._indices.create()
        self._indices.migrate_writes(index)
        number = 0
        chunks = iter(chunks)
        while True:
            read_at = _now()
            chunk = next(chunks, None)
            if chunk is None:
                break
            self._put(chunk, [index], read_at)
            number += len(chunk)
        self.refresh()
        self._indices.migrate_reads(index)
        self._indices.drop_old()
        return number

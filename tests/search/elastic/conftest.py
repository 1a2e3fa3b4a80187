from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from elasticsearch import Elasticsearch

from core.records import SearchRecord
from search.elastic.backend import ElasticBackend

PREFIX = f"{settings.ELASTICSEARCH_PREFIX}-of-backend"


@pytest.fixture
def server() -> Elasticsearch:
    return Elasticsearch(settings.ELASTICSEARCH_URL)


@pytest.fixture
def backend(server: Elasticsearch, settings: object) -> Iterator[ElasticBackend]:
    """A backend with an index of the test's own, never filled."""
    settings.ELASTICSEARCH_PREFIX = PREFIX
    yield ElasticBackend()
    for index in server.indices.get(index=f"{PREFIX}*"):
        server.indices.delete(index=index)


@pytest.fixture
def filled(backend: ElasticBackend) -> Callable[..., ElasticBackend]:
    """Return a function that fills the backend with exactly these records."""

    def fill(*records: SearchRecord) -> ElasticBackend:
        backend.replace([records])
        return backend

    return fill

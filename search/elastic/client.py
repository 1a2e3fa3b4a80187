"""The one connection pool to Elasticsearch, and what its failures are called here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from search.backends import BackendUnavailable

READING, WRITING = 2.0, 60.0
"""Seconds."""


@cache
def client_at(url: str) -> Elasticsearch:
    return Elasticsearch(url, request_timeout=READING, max_retries=0, retry_on_timeout=False)


def client() -> Elasticsearch:
    return client_at(settings.ELASTICSEARCH_URL)


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """Everything that can go wrong with the server becomes BackendUnavailable, naming the kind of failure only."""
    try:
        yield
    except ApiError as failure:
        raise BackendUnavailable(f"{failure.error} ({failure.meta.status})") from failure
    except TransportError as failure:
        raise BackendUnavailable(type(failure).__name__) from failure

"""The clients of Elasticsearch, and the translation of their failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, NotFoundError

from search.backends import BackendUnavailable, NeverFilled

READING, WRITING = 2.0, 20.0
"""Seconds."""


@cache
def client_for_reading(url: str) -> Elasticsearch:
    """Timeouts are short, because another backend can answer."""
    return Elasticsearch(url, request_timeout=READING, max_retries=0)


@cache
def client_for_writing(url: str) -> Elasticsearch:
    return Elasticsearch(url, request_timeout=WRITING, max_retries=0)


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """Turn every failure into BackendUnavailable, which names the kind of failure and no text."""
    try:
        yield
    except NotFoundError as failure:
        raise NeverFilled("never filled as a whole") from failure
    except ApiError as failure:
        raise BackendUnavailable(f"{failure.error} ({failure.meta.status})") from failure
    except TransportError as failure:
        raise BackendUnavailable(type(failure).__name__) from failure

"""The protocol every backend keeps, and which backends this site has.

`SEARCH_BACKENDS` is a list of dotted names; all are written, the first is asked first (`search.failover`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from core.records import SearchRecord
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import Hit, Match, SearchPage, Suggestion


class BackendUnavailable(Exception):
    """The backend cannot answer now; another may. The only exception of a backend's that reads may meet."""


class NeverFilled(BackendUnavailable):
    """It has no contents to answer from until `replace` has made them."""


class SearchBackend(Protocol):
    """Every read answers only with what the request's viewer may see, and never fails for what was typed."""

    name: str

    def write(self, records: Iterable[SearchRecord], as_of: int | None = None) -> None:
        """Put the records in, replacing those of the same kind and id. `as_of` is when they began to be read, in
        nanoseconds: a backend that others write to at the same time keeps what was read later."""

    def delete(self, kind: str, ids: Iterable[int], as_of: int | None = None) -> None:
        """Take them out; what is not there is no error."""

    def replace(self, chunks: Iterable[Sequence[SearchRecord]]) -> int:
        """Make these the whole contents, readers being answered all the while; how many there were."""

    def refresh(self) -> None:
        """Make what was written findable now."""

    def ids(self, kind: str) -> set[int]:
        """What is in, for reconciling."""

    def count(self) -> int: ...

    def search(self, request: SearchRequest) -> SearchPage: ...

    def similar(self, request: SimilarRequest) -> list[Hit]: ...

    def match(self, request: MatchRequest) -> list[Match]: ...

    def suggest(self, text: str, language: str, viewer: frozenset[str]) -> list[Suggestion]: ...


@cache
def backends() -> tuple[SearchBackend, ...]:
    """All configured, the one to ask first at the front."""
    return tuple(import_string(name)() for name in settings.SEARCH_BACKENDS)


def on_every_backend(action: Callable[[SearchBackend], object]) -> None:
    """One that fails keeps the action from none of the others, and is raised afterwards."""
    failures = []
    for backend in backends():
        try:
            action(backend)
        except BackendUnavailable as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def backend_named(name: str) -> SearchBackend:
    """The configured backend of that short name ("elastic", "database"); LookupError if there is none."""
    for backend in backends():
        if backend.name == name:
            return backend
    raise LookupError(name)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "SEARCH_BACKENDS":
        backends.cache_clear()


setting_changed.connect(_forget)

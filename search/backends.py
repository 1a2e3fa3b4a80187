"""The protocol of search backends, and the backends of this site.

`SEARCH_BACKENDS` is a list of dotted names. All are written to; the first is asked first (`search.failover`).
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
    """The backend cannot answer now; another may. Reads raise no other exception of a backend's."""


class NeverFilled(BackendUnavailable):
    """The backend has no contents until `replace` has been called."""


class SearchBackend(Protocol):
    """Every read returns only what the request's viewer may see, and never fails for what was typed."""

    name: str

    def write(self, records: Iterable[SearchRecord], as_of: int | None = None) -> None:
        """Store the records, in place of those of the same kind and id. `as_of` is when reading them began, in
        nanoseconds. A backend with concurrent writers keeps the records that were read later."""

    def delete(self, kind: str, ids: Iterable[int], as_of: int | None = None) -> None:
        """Delete the records. Ids that are not stored are ignored."""

    def replace(self, chunks: Iterable[Sequence[SearchRecord]]) -> int:
        """Replace the whole contents, while readers are still answered. Return the number of records."""

    def refresh(self) -> None:
        """Make all writes searchable now."""

    def ids(self, kind: str) -> set[int]:
        """The ids of the stored records of a kind, for reconciling."""

    def count(self) -> int: ...

    def search(self, request: SearchRequest) -> SearchPage: ...

    def similar(self, request: SimilarRequest) -> list[Hit]: ...

    def match(self, request: MatchRequest) -> list[Match]: ...

    def suggest(self, text: str, language: str, viewer: frozenset[str]) -> list[Suggestion]: ...


@cache
def backends() -> tuple[SearchBackend, ...]:
    """All configured backends, the one to ask first at the front."""
    return tuple(import_string(name)() for name in settings.SEARCH_BACKENDS)


def on_every_backend(action: Callable[[SearchBackend], object]) -> None:
    """Call the action with every backend. A failure does not stop the others, and is raised afterwards."""
    failures = []
    for backend in backends():
        try:
            action(backend)
        except BackendUnavailable as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def backend_named(name: str) -> SearchBackend:
    """The configured backend of that short name ("elastic", "database"). Raises LookupError for other names."""
    for backend in backends():
        if backend.name == name:
            return backend
    raise LookupError(name)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "SEARCH_BACKENDS":
        backends.cache_clear()


setting_changed.connect(_forget)

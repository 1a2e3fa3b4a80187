"""Keeps every backend in step with the packages below: found among the indexable → written; not found → deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import time_ns

from core.records import SearchRecord
from search.backends import NeverFilled, SearchBackend, on_every_backend
from search.cached import invalidate
from search.sources import Searched, source_named, sources

CHUNK = 200


def sync(ids: Mapping[str, Iterable[int]]) -> None:
    """Bring these objects, by their source, up to date in every backend. Idempotent. When a backend is unavailable, the
    others are updated, and the call may be repeated."""
    try:
        on_every_backend(partial(_sync, ids))
    finally:
        invalidate()


def _sync(ids: Mapping[str, Iterable[int]], backend: SearchBackend) -> None:
    for name, its_ids in ids.items():
        for chunk in _chunks(sorted(its_ids)):
            _put(backend, source_named(name), chunk)
    # Answers that are cached from now on must not show records that were just deleted.
    backend.refresh()


def _put(backend: SearchBackend, searched: Searched, ids: list[int]) -> None:
    as_of = time_ns()
    records = searched.records(ids)
    for kind in searched.source.kinds:
        if gone := set(ids) - {record.id for record in records if record.kind == kind.code}:
            backend.delete(kind.code, sorted(gone), as_of)
    if records:
        backend.write(records, as_of)


def rebuild(backend: SearchBackend) -> int:
    """Replace the contents of the backend by all records. Return their number."""
    records = backend.replace(_everything())
    invalidate()
    return records


def _everything() -> Iterator[list[SearchRecord]]:
    for searched in sources():
        for chunk in _chunks(list(searched.source.indexable().order_by("pk").values_list("pk", flat=True))):
            yield searched.records(chunk)


@dataclass(frozen=True, slots=True)
class Repairs:
    """The result of reconciling: the numbers of records that were missing, and of ones to delete."""

    missing: int
    surplus: int


def reconcile(backend: SearchBackend) -> Repairs:
    """Write missing records and delete surplus ones, comparing ids only. A new backend is filled."""
    missing = surplus = 0
    try:
        backend.count()
    except NeverFilled:
        return Repairs(missing=rebuild(backend), surplus=0)
    for searched in sources():
        there = set().union(*(backend.ids(kind.code) for kind in searched.source.kinds))
        wanted = set(searched.source.indexable().order_by().values_list("pk", flat=True))
        for chunk in _chunks(sorted(there ^ wanted)):
            _put(backend, searched, chunk)
        missing += len(wanted - there)
        surplus += len(there - wanted)
    backend.refresh()
    invalidate()
    return Repairs(missing, surplus)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]

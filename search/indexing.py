"""Keeps every backend true to the rooms below: found among the indexable → written; not found → deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.backends import SearchBackend, backends
from search.records import SearchRecord
from search.sources import Source, source_named, sources

CHUNK = 200


def sync(source_name: str, ids: Iterable[int]) -> None:
    """Make every backend say of these objects what is true now. Idempotent."""
    source = source_named(source_name)
    for chunk in _chunks(list(ids)):
        records = source.records(chunk)
        for backend in backends():
            _put(backend, source, chunk, records)


def _put(backend: SearchBackend, source: Source, ids: list[int], records: list[SearchRecord]) -> None:
    for kind in source.kinds:
        if gone := set(ids) - {record.id for record in records if record.kind == kind}:
            backend.delete(kind, sorted(gone))
    if records:
        backend.write(records)


def rebuild(backend: SearchBackend) -> int:
    """Fill the backend anew from everything there is; how many records there were."""
    return backend.replace(_everything())


def _everything() -> Iterator[list[SearchRecord]]:
    for source in sources():
        for chunk in _chunks(list(source.indexable().order_by("pk").values_list("pk", flat=True))):
            yield source.records(chunk)


@dataclass(frozen=True, slots=True)
class Repairs:
    """What reconciling found: records that were missing, and ones that should not have been there."""

    missing: int
    surplus: int


def reconcile(backend: SearchBackend) -> Repairs:
    """Write what is missing and delete what should not be there, comparing ids only."""
    missing = surplus = 0
    for source in sources():
        there = set().union(*(backend.ids(kind) for kind in source.kinds))
        wanted = set(source.indexable().order_by().values_list("pk", flat=True))
        for chunk in _chunks(sorted(there ^ wanted)):
            _put(backend, source, chunk, source.records(chunk))
        missing += len(wanted - there)
        surplus += len(there - wanted)
    return Repairs(missing, surplus)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]

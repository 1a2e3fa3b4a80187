"""What can be found: for each source the objects that may stand in the index, and how one becomes a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.dispatch import Signal

from search.records import SearchRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Objects of one model that are found as one of `kinds`.

    `indexable` fetches, with all the builder reads, exactly those for which `is_indexable` holds; `published` are those
    that can be read, bare, once for each language they can be `read_in`, or once with "" for any. `changed` is the
    state signal, `changed_ids` reads from its fact which objects it tells of; `dependants` names the (source, id)
    that show something of these objects and must follow.
    """

    name: str
    kinds: tuple[str, ...]
    indexable: Callable[[], QuerySet[Any]]
    published: Callable[[], QuerySet[Any]]
    is_indexable: Callable[[Any], bool]
    build: Callable[[Any], SearchRecord]
    changed: Signal
    changed_ids: Callable[[Any], Iterable[int]]
    dependants: Callable[[Iterable[int]], dict[str, list[int]]] = lambda ids: {}

    def records(self, ids: Iterable[int]) -> list[SearchRecord]:
        """The records of those that are indexable."""
        found: list[Model] = list(self.indexable().filter(pk__in=list(ids)))
        return [self.build(one) for one in found]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Called in `ready()`. Safe to repeat."""
    _sources[source.name] = source


def sources() -> tuple[Source, ...]:
    return tuple(_sources.values())


def source_named(name: str) -> Source:
    return _sources[name]


def source_of_kind(kind: str) -> Source | None:
    return next((source for source in sources() if kind in source.kinds), None)

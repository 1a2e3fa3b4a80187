"""The part of a kind of subject's declaration that search reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.dispatch import Signal
from django.utils.functional import Promise

from core.records import SearchRecord

Ids = Collection[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """A kind of search record, as readers see it. `icon` is its name in the sprite.

    `is_name`: its title is a name. A name is in no language, so its words are not stemmed or split. A name is short, so
    a word found in it says less. `is_evidence`: a record can show that its organisation would be a good partner.
    `is_resembled`: a record's page lists similar records. `shows_date`: a hit shows when it last changed.
    """

    code: str
    label: str | Promise
    label_plural: str | Promise
    icon: str
    is_name: bool = False
    is_evidence: bool = False
    is_resembled: bool = False
    shows_date: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacet:
    """One way to narrow a search.

    `field` names the field of `SearchRecord` that holds the codes; without it they are in `SearchRecord.more`. The
    labels of the codes come from `vocabulary`, a model with `code`, `label_sv`, `label_en` and optionally `parent`, or
    from `choices`, which returns pairs of code and label.

    `is_ordered`: values keep the order of `choices`; otherwise the most frequent comes first. `is_drilled`: narrower
    codes are shown once a broader one is chosen. `hides_top`: the broadest codes are not shown. `is_open`: the facet
    is expanded from the start.
    """

    code: str
    label: str | Promise
    field: str = ""
    vocabulary: type[Model] | None = None
    choices: Callable[[], Iterable[tuple[str, str | Promise]]] | None = None
    is_ordered: bool = False
    is_drilled: bool = False
    hides_top: bool = False
    is_open: bool = False

    def codes_of(self, record: SearchRecord) -> tuple[str, ...]:
        return record.codes(self.field or self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSort:
    """An order of hits by a date of `SearchRecord` (`dated` or one of `core.records.DATES`). Hits without the date come
    last."""

    code: str
    label: str | Promise
    field: str
    is_descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSource:
    """Objects of one kind of subject that are found as records of one or more `kinds`.

    `indexable` returns the objects that may be in the index, with all relations that `build` reads. `published` returns
    those that a reader can open, without relations: once for each language they can be `read_in`, or once with "" for
    any language. `build` is pure.

    `changed` is the state signal of the objects; its state has their ids. `shows` names other subjects that the records
    show: code of another kind of subject → function from ids of that kind to ids of these objects. They are indexed
    again when those subjects change.
    """

    kinds: tuple[RecordKind, ...]
    indexable: Callable[[], QuerySet[Any]]
    published: Callable[[], QuerySet[Any]]
    build: Callable[[Any], SearchRecord]
    changed: Signal
    facets: tuple[SearchFacet, ...] = ()
    sorts: tuple[SearchSort, ...] = ()
    shows: Mapping[str, Callable[[Ids], Iterable[int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAddition:
    """Data that an upper package adds to the records of a kind of subject that is declared below it.

    `prefetch` returns what `add` reads of each object; `add` returns the record with it. `shows` is as in
    `SearchSource`.
    """

    prefetch: Callable[[], Prefetch]
    add: Callable[[Any, SearchRecord], SearchRecord]
    shows: Mapping[str, Callable[[Ids], Iterable[int]]] = field(default_factory=dict)


_additions: dict[str, dict[Any, SearchAddition]] = {}


def add_to_records(code: str, addition: SearchAddition) -> None:
    """Add to the records of the kind of subject with this code. May be called twice with the same addition."""
    _additions.setdefault(code, {})[addition.add] = addition


def additions_to(code: str) -> tuple[SearchAddition, ...]:
    return tuple(_additions.get(code, {}).values())

"""The kinds of record that search knows, read from the declarations of the kinds of subject."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.records import SearchRecord
from subjects.search import RecordKind, SearchFacet, SearchSort, SearchSource, additions_to
from subjects.types import subject_type, subject_types


class Searched(NamedTuple):
    """A kind of subject that is searched: its code and its source."""

    name: str
    source: SearchSource

    def indexable(self) -> QuerySet[Any]:
        """The objects that may be in the index, with all relations that their records need."""
        additions = (addition.prefetch() for addition in additions_to(self.name))
        return self.source.indexable().prefetch_related(*additions)

    def records(self, ids: Iterable[int]) -> list[SearchRecord]:
        """The records of those objects that are indexable."""
        return [self._record(one) for one in self.indexable().filter(pk__in=list(ids))]

    def _record(self, one: Any) -> SearchRecord:
        record = self.source.build(one)
        for addition in additions_to(self.name):
            record = addition.add(one, record)
        return record


def sources() -> tuple[Searched, ...]:
    return tuple(Searched(each.code, each.search) for each in subject_types() if each.search)


def source_named(name: str) -> Searched:
    """The source of the kind of subject with this code. Raises LookupError for a code without one."""
    search = subject_type(name).search
    if search is None:
        raise LookupError(name)
    return Searched(name, search)


def source_of_kind(kind: str) -> Searched | None:
    """The source of records of this kind."""
    return next((each for each in sources() if any(one.code == kind for one in each.source.kinds)), None)


def dependants(name: str, ids: Iterable[int]) -> dict[str, list[int]]:
    """Source → ids of objects whose records show something of these objects of the source `name`."""
    ids = list(ids)
    found: dict[str, set[int]] = {}
    for searched in sources():
        parts = (searched.source.shows, *(addition.shows for addition in additions_to(searched.name)))
        for shows in parts:
            if name in shows:
                found.setdefault(searched.name, set()).update(shows[name](ids))
    return {source: sorted(some) for source, some in found.items()}


def record_kinds() -> dict[str, RecordKind]:
    """The kinds of record by code, in the order of the facet."""
    return {kind.code: kind for searched in sources() for kind in searched.source.kinds}


def kinds_that(quality: str) -> tuple[str, ...]:
    """The codes of the kinds of record for which this field of `RecordKind` is true."""
    return tuple(code for code, kind in record_kinds().items() if getattr(kind, quality))


KIND = SearchFacet(
    code="kind",
    label=_("Kind"),
    field="kind",
    choices=lambda: [(code, kind.label_plural) for code, kind in record_kinds().items()],
    is_ordered=True,
    is_open=True,
)
RELEVANCE, NEWEST = "relevance", "newest"
BY_DATE = SearchSort(code=NEWEST, label=_("Newest first"), field="dated")


def facets() -> dict[str, SearchFacet]:
    """The facets by code, in the order they are shown."""
    declared = [facet for searched in sources() for facet in searched.source.facets]
    return {facet.code: facet for facet in (KIND, *declared)}


def facet_codes(record: SearchRecord) -> dict[str, tuple[str, ...]]:
    """Facet → the codes of the record by which it can be filtered."""
    return {code: codes for code, facet in facets().items() if (codes := facet.codes_of(record))}


def sorts() -> dict[str, SearchSort]:
    """The orders by code, without the order by relevance."""
    declared = [sort for searched in sources() for sort in searched.source.sorts]
    return {sort.code: sort for sort in (BY_DATE, *declared)}

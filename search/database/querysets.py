from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, cast

from django.db import connections, models
from django.db.models import Count
from django.db.models.expressions import RawSQL

from core.records import SearchRecord, from_data
from subjects.search import SearchSort


def among(ids: Collection[int], using: str) -> RawSQL:
    """A right-hand side for `__in` that passes any number of ids as one parameter."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])


class EntryQuerySet(models.QuerySet):
    def visible_to(self, tokens: Iterable[str]) -> EntryQuerySet:
        return self.filter(audience__meets=frozenset(tokens))

    def among(self, ids: Collection[int]) -> EntryQuerySet:
        return self.filter(pk__in=among(ids, self.db))

    def of(self, kind: str, object_id: int) -> EntryQuerySet:
        return self.filter(kind=kind, object_id=object_id)

    def records(self) -> dict[int, SearchRecord]:
        """Entry id → record."""
        return {pk: from_data(data) for pk, data in self.values_list("pk", "record")}

    def keys(self) -> dict[str, int]:
        """Record key → entry id."""
        rows = self.values_list("pk", "kind", "object_id").iterator()
        return {f"{kind}:{object_id}": pk for pk, kind, object_id in rows}

    def sorted_by(self, order: SearchSort) -> EntryQuerySet:
        date = models.F(order.field)
        dates = date.desc(nulls_last=True) if order.is_descending else date.asc(nulls_last=True)
        return self.order_by(dates, "-pk")

    def _facets(self) -> models.Manager[Any]:
        model = self.model._meta.get_field("facets").related_model
        return cast("models.Manager[Any]", model._default_manager)  # type: ignore[union-attr]

    def holding(self, filters: dict[str, tuple[str, ...]]) -> dict[str, set[int]]:
        """For each facet, the ids of the entries that have one of its codes. One query."""
        held: dict[str, set[int]] = {name: set() for name in filters}
        wanted = models.Q()
        for name, codes in filters.items():
            wanted |= models.Q(field=name, code__in=codes)
        for pk, name in (
            self._facets().filter(wanted, entry__in=self.values("pk")).values_list("entry_id", "field")
        ):
            held[name].add(pk)
        return held

    def facet_sizes(self, codes: dict[str, list[str]]) -> dict[str, int]:
        """Code → number of all entries that have it. One query."""
        wanted = models.Q()
        for name, some in codes.items():
            wanted |= models.Q(field=name, code__in=some)
        return dict(self._facets().filter(wanted).values_list("code").annotate(n=Count("pk")))

    def facet_counts(self, sets: dict[tuple[str, ...], Collection[int]]) -> dict[str, dict[str, int]]:
        """Facet → code → number of entries, each facet counted over its given ids. One query."""
        counted = [
            self._facets()
            .filter(entry_id__in=among(ids, self.db), field__in=names)
            .values_list("field", "code")
            .annotate(n=Count("pk"))
            for names, ids in sets.items()
        ]
        counts: dict[str, dict[str, int]] = {}
        rows = counted[0].union(*counted[1:], all=True) if len(counted) > 1 else counted[0]
        for name, code, number in rows:
            counts.setdefault(name, {})[code] = number
        return counts

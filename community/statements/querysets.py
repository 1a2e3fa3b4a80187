from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Self

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils import timezone

from core.model_fields import related_model
from knowledge.querysets import NarrowedQuerySet, within


class StatementQuerySet(NarrowedQuerySet):
    def open(self) -> Self:
        """Statements that have not been ended."""
        return self.filter(ended_at=None)

    def current(self) -> Self:
        """Open statements whose last day has not passed."""
        return self.open().filter(Q(until=None) | Q(until__gte=timezone.localdate()))

    def own(self) -> Self:
        """Statements that belong to the organisation itself."""
        return self.filter(about=None)

    def for_list(self) -> Self:
        """Read everything that a row of a list shows, but for what each is about."""
        related = ("subject", "organisation", "organisation__place", "capability")
        return self.select_related(*related).prefetch_related("areas")

    def has(self, facet: str, codes: Collection[str]) -> Q:
        if facet == "statement_kind":
            return Q(kind__in=codes)
        if facet == "capability":
            return Q(capability__code__in=codes)
        if facet == "place":
            places = related_model(related_model(self.model, "organisation"), "place")._default_manager
            return Q(organisation__place__in=within(places.order_by(), codes).values("pk"))
        return super().has(facet, codes)

    def sorted_by(self, sort: str) -> Self:
        """Newest first, or those that end soonest."""
        orders: dict[str, Any] = {
            "newest": "-created_at",
            "ending": F("until").asc(nulls_last=True),
        }
        return self.order_by(orders[sort], "-pk")

    def in_reading_order(self, language: str) -> Self:
        """Statements with a text in the language first, each newest first."""
        lacking = Q(text_en="") if language == "en" else Q(text="")
        other = Case(When(lacking, then=Value(1)), default=Value(0), output_field=IntegerField())
        return self.order_by(other, "-created_at", "-pk")

    def by_kind(self) -> dict[str, list[Any]]:
        """Current statements by kind: does, offers, seeks; in the order in which they were written. Under `past` the
        others, last changed first. One query."""
        groups: dict[str, list[Any]] = {"does": [], "offers": [], "seeks": [], "past": []}
        statement: Any
        for statement in self.order_by("pk"):
            groups[statement.kind if statement.is_current else "past"].append(statement)
        groups["past"].sort(key=lambda one: one.updated_at, reverse=True)
        return groups

    def to_renew(self, *, before: date) -> Self:
        """Current statements that end before this day, and whose contact was not asked about that."""
        asked = Q(asked_until=F("until"))
        return self.current().filter(until__lt=before).exclude(asked)

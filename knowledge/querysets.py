from __future__ import annotations

from django.db import models
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import get_language
from foundation.audience import AudienceQuerySet, Viewer
from wagtail.query import PageQuerySet


class WorkQuerySet(AudienceQuerySet):
    pass


class KnowledgePageQuerySet(PageQuerySet):
    def visible_to(self, viewer: Viewer) -> KnowledgePageQuerySet:
        """Live pages whose work the viewer may see."""
        return self.live().filter(work__audience__meets=viewer.tokens)

    def in_reading_order(self) -> KnowledgePageQuerySet:
        """Live before draft, the active language before the other, oldest first."""
        language = (get_language() or "sv")[:2]
        return self.select_related("locale").order_by(
            "-live",
            Case(When(locale__language_code=language, then=Value(0)), default=Value(1), output_field=IntegerField()),
            "pk",
        )

    def for_cards(self) -> KnowledgePageQuerySet:
        """Specific pages with all a card shows, newest first, in a fixed number of queries."""
        return (
            self.specific()
            .select_related("work", "locale")
            .prefetch_related("areas", "technologies", "tags")
            .order_by("-first_published_at", "-pk")
        )




class PlaceQuerySet(models.QuerySet):
    def swedish(self) -> PlaceQuerySet:
        """Län and kommuner, by name: what a Swedish organisation chooses from."""
        return self.filter(kind__in=["lan", "kommun"]).order_by("label_sv")

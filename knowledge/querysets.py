from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef
from wagtail.query import PageQuerySet

from foundation.audience import AudienceQuerySet, Viewer


class WorkQuerySet(AudienceQuerySet):
    def published(self) -> WorkQuerySet:
        """Those with a live page, with their live pages: three queries."""
        live = self.model._meta.get_field("pages").related_model._base_manager.filter(live=True)
        pages = live.select_related("locale").prefetch_related("areas").order_by("pk")
        return self.filter(Exists(live.filter(work=OuterRef("pk")))).prefetch_related(
            models.Prefetch("pages", pages)
        )


class KnowledgePageQuerySet(PageQuerySet):
    def visible_to(self, viewer: Viewer) -> KnowledgePageQuerySet:
        """Live pages whose work the viewer may see."""
        return self.live().filter(work__audience__meets=viewer.tokens)

    def drafts_of(self, member_id: int) -> KnowledgePageQuerySet:
        """What the member wrote that is not out yet, last changed first."""
        return self.filter(owner_id=member_id, live=False).order_by("-latest_revision_created_at")

    def for_cards(self) -> KnowledgePageQuerySet:
        """Specific pages with all a card shows, newest first, in three queries; two where they are of one type."""
        pages = self if self.model.kind else self.specific()
        return pages.prefetch_related("areas").order_by("-first_published_at", "-pk")


class PlaceQuerySet(models.QuerySet):
    def swedish(self) -> PlaceQuerySet:
        """Län and kommuner, by name: what a Swedish organisation chooses from."""
        return self.filter(kind__in=["lan", "kommun"]).order_by("label_sv")


class TreeQuerySet(models.QuerySet):
    def top(self) -> TreeQuerySet:
        return self.filter(parent=None)

    def choosable(self, kept: list[str]) -> TreeQuerySet:
        """What a form offers, the broad terms, never losing those already `kept` (codes)."""
        return self.filter(models.Q(parent=None) | models.Q(code__in=kept) | self.extra_choices()).order_by(
            "code"
        )

    def extra_choices(self) -> models.Q:
        return models.Q(pk__in=[])


class TechnologyQuerySet(TreeQuerySet):
    def extra_choices(self) -> models.Q:
        """Members choose among the kinds of AI, not just “AI”."""
        return models.Q(parent__code="ai")

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q

from foundation.audience import AudienceQuerySet, Viewer


class ProjectQuerySet(AudienceQuerySet):
    def for_cards(self) -> ProjectQuerySet:
        """All a card shows, in a fixed number of queries."""
        return self.select_related("organisation", "organisation__place", "place").prefetch_related("areas")

    def newest_first(self) -> ProjectQuerySet:
        return self.order_by("-first_published_at", "-pk")

    def with_counts(self) -> ProjectQuerySet:
        """`adopter_count`: organisations that do this too."""
        return self.annotate(adopter_count=Count("participations", filter=Q(participations__role="adopter")))

    def for_page(self) -> ProjectQuerySet:
        """All a project's own page shows of the record itself."""
        return (
            self.for_cards()
            .select_related("contact", "provenance", "begun_from")
            .prefetch_related("begun_from__pages__locale")
        )

    def own(self) -> ProjectQuerySet:
        """Written by members here, not read from an inventory."""
        return self.filter(is_reference=False)

    def seeking(self) -> ProjectQuerySet:
        """Members' own projects that look for something."""
        return self.own().exclude(seeks="")

    def numbers(self) -> dict[str, int]:
        """How many `projects` there are, and how many are `seeking`. One query."""
        seeking = Count("pk", filter=Q(is_reference=False) & ~Q(seeks=""))
        return self.aggregate(projects=Count("pk"), seeking=seeking)

    def editable_by(self, member_id: int) -> ProjectQuerySet:
        return self.filter(
            Q(author_id=member_id)
            | Q(organisation__memberships__member_id=member_id, organisation__memberships__confirmed_at__isnull=False)
        ).distinct()


class ParticipationQuerySet(models.QuerySet):
    def with_organisations(self) -> ParticipationQuerySet:
        return self.select_related("organisation", "organisation__place")

    def adopters(self) -> ParticipationQuerySet:
        return self.filter(role="adopter")

    def visible_to(self, viewer: Viewer) -> ParticipationQuerySet:
        """Those whose organisation and subject the viewer may see."""
        return self.filter(organisation__audience__meets=viewer.tokens).filter(
            Q(project__audience__meets=viewer.tokens) | Q(work__audience__meets=viewer.tokens)
        )

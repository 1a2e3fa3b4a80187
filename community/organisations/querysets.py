from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Q
from foundation.audience import PUBLIC, AudienceQuerySet, Viewer

if TYPE_CHECKING:
    from community.organisations.models import Organisation


class OrganisationQuerySet(AudienceQuerySet):
    def with_place(self) -> OrganisationQuerySet:
        return self.select_related("place", "country")

    def with_counts(self) -> OrganisationQuerySet:
        """`project_count`: public projects it owns."""
        return self.annotate(
            project_count=Count("projects", filter=Q(projects__audience__meets=[PUBLIC]), distinct=True)
        )

    def of_member(self, member_id: int) -> OrganisationQuerySet:
        """Those the member may speak for."""
        return self.filter(memberships__member_id=member_id, memberships__confirmed_at__isnull=False)


class MembershipQuerySet(models.QuerySet):
    def confirmed(self) -> MembershipQuerySet:
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> MembershipQuerySet:
        return self.filter(confirmed_at__isnull=True)


class StatementQuerySet(models.QuerySet):
    def visible_to(self, viewer: Viewer) -> StatementQuerySet:
        return self.filter(organisation__audience__meets=viewer.tokens)

    def of(self, organisation: Organisation) -> StatementQuerySet:
        return self.filter(organisation=organisation).prefetch_related("areas", "technologies")



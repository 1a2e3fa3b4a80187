from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from community.organisations.models import Membership
from community.participation.models import Participation
from core.audience import member_token
from core.sorting import by_name
from knowledge.querysets import NarrowedQuerySet


class ProjectQuerySet(NarrowedQuerySet):
    def for_cards(self) -> Self:
        """Read everything that a card shows, in a fixed number of queries."""
        related = ("subject", "organisation", "organisation__place", "place")
        return self.select_related(*related).prefetch_related("areas")

    def has(self, facet: str, codes: Collection[str]) -> Q:
        if facet == "organisation_kind":
            return Q(organisation__kind__in=codes)
        return super().has(facet, codes)

    def sorted_by(self, sort: str) -> Self:
        """Newest first, by name, or last updated first."""
        orders: dict[str, Any] = {
            "newest": "-first_published_at",
            "name": by_name("title"),
            "updated": "-last_published_at",
        }
        return self.order_by(orders[sort], "-pk")

    def newest_first(self) -> Self:
        return self.order_by("-first_published_at", "-pk")

    def with_counts(self) -> Self:
        """Annotate `adopter_count`: the organisations that do this too."""
        adopters = Participation.objects.adopters().filter(subject=OuterRef("subject")).order_by()
        counted = adopters.values("subject").values_list(Count("pk"))
        return self.annotate(adopter_count=Coalesce(Subquery(counted), 0))

    def for_page(self) -> Self:
        """Read everything that a project's own page shows of the record itself."""
        return (
            self.for_cards()
            .select_related("contact", "provenance", "derived_from__subject")
            .prefetch_related("technologies", "derived_from__pages__locale")
            .annotate(contact_speaks=self._contact_speaks())
        )

    def _contact_speaks(self) -> Exists:
        """Whether the contact still speaks for the organisation. Otherwise the page does not show the contact."""
        confirmed = Membership.objects.confirmed()
        return Exists(confirmed.filter(member=OuterRef("contact"), organisation=OuterRef("organisation")))

    def own(self) -> Self:
        """Projects that members wrote here, not those from an inventory."""
        return self.filter(is_reference=False)

    def editable_by(self, member_id: int) -> Self:
        """Projects of organisations that the member speaks for, and drafts that the member wrote while waiting."""
        return self.filter(
            Q(author_id=member_id, subject__audience__meets=[member_token(member_id)])
            | Q(
                organisation__memberships__member_id=member_id,
                organisation__memberships__confirmed_at__isnull=False,
            )
        ).distinct()

    def written_while_waiting(self, *, member_id: int, organisation_id: int) -> Self:
        """The member's drafts in the organisation's name that the organisation has never seen. They are found by the
        author's token, since the author's account may be being deleted."""
        theirs = Q(author_id=member_id) | Q(subject__audience__meets=[member_token(member_id)])
        return self.filter(theirs, organisation_id=organisation_id, live=False, is_private=True)

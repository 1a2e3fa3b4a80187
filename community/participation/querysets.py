from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Self

from django.db import models
from django.db.models import Q

from community.organisations.models import Organisation
from community.organisations.querysets import OrganisationQuerySet
from core.audience import Viewer


class ParticipationQuerySet(models.QuerySet):
    def with_organisations(self) -> Self:
        return self.select_related("organisation", "organisation__place")

    def owned_by(self, organisations: Iterable[Organisation]) -> Self:
        """Those by which one of the organisations is responsible for the subject."""
        return self.owners().filter(organisation__in=organisations)

    def owned_by_others(self, works: Collection[int], organisations: Collection[int]) -> Self:
        """Those by which other organisations than these are responsible for the works. Both are ids."""
        return self.owners().filter(work__in=works).exclude(organisation__in=organisations)

    def owners(self) -> Self:
        return self.filter(role="owner")

    def adopters(self) -> Self:
        return self.filter(role="adopter")

    def include_all(self, organisations: OrganisationQuerySet) -> bool:
        """Whether there are any organisations, and each of them has one of these participations."""
        missing = organisations.exclude(pk__in=self.values("organisation"))
        return organisations.exists() and not missing.exists()

    def visible_to(self, viewer: Viewer) -> Self:
        """Those whose organisation and subject the viewer may see."""
        return self.filter(organisation__audience__meets=viewer.tokens).filter(
            Q(project__audience__meets=viewer.tokens) | Q(work__audience__meets=viewer.tokens)
        )

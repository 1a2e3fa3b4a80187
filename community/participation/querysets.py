from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Self

from django.db import models

from community.organisations.models import Organisation
from community.organisations.querysets import OrganisationQuerySet
from core.audience import Viewer
from subjects.models import Subject


class ParticipationQuerySet(models.QuerySet):
    def with_organisations(self) -> Self:
        return self.select_related("organisation", "organisation__place")

    def with_results(self) -> Self:
        """With `measured_results` and their measures. Two queries."""
        return self.prefetch_related("measured_results__measure")

    def owned_by(self, organisations: Iterable[Organisation]) -> Self:
        """Participations by which one of the organisations owns the subject."""
        return self.owners().filter(organisation__in=organisations)

    def owned_by_others(self, subject_ids: Collection[int], organisations: Collection[int]) -> Self:
        """Participations by which other organisations than these own the subjects. Both arguments are ids."""
        return self.owners().filter(subject__in=subject_ids).exclude(organisation__in=organisations)

    def owners(self) -> Self:
        return self.filter(role="owner")

    def adopters(self) -> Self:
        return self.filter(role="adopter")

    def include_all(self, organisations: OrganisationQuerySet) -> bool:
        """Whether there are any organisations, and each of them has one of these participations."""
        missing = organisations.exclude(pk__in=self.values("organisation"))
        return organisations.exists() and not missing.exists()

    def with_objects(self) -> list[Any]:
        """The participations, each with its `subject.object`. A few queries for each kind of subject."""
        found: list[Any] = list(self.select_related("subject"))
        objects = Subject.objects.filter(pk__in={one.subject_id for one in found}).loaded()
        for one in found:
            one.subject.object = objects.get(one.subject_id)
        return found

    def visible_to(self, viewer: Viewer) -> Self:
        """Participations whose organisation and subject the viewer may see."""
        return self.filter(
            organisation__subject__audience__meets=viewer.tokens, subject__audience__meets=viewer.tokens
        )


class StageChangeQuerySet(models.QuerySet):
    def of_subject_itself(self, subject_id: int) -> Self:
        """The changes of the project's or page's own stage, not of those who take part in it."""
        return self.filter(subject=subject_id, organisation=None)

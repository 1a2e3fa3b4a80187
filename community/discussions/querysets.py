from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When

from community.organisations.models import Membership
from core.audience import PUBLIC, Viewer
from knowledge.models.rendered import with_html
from subjects.querysets import HasSubjectQuerySet
from subjects.types import subject_types


class ThreadQuerySet(HasSubjectQuerySet):
    def with_objects(self) -> Self:
        """Annotate `subject_kind` and `object_id`, the object that each thread is about."""
        ids = {
            declared.code: declared.model._base_manager.filter(subject=OuterRef("subject")).values("pk")
            for declared in subject_types()
            if declared.has_thread
        }
        found = [When(subject__kind=code, then=Subquery(rows[:1])) for code, rows in ids.items()]
        return self.annotate(
            subject_kind=F("subject__kind"), object_id=Case(*found, output_field=models.BigIntegerField())
        )

    def of_subjects(self, subject_ids: Collection[int]) -> Self:
        return self.filter(subject__in=subject_ids)

    def version_for(self, viewer: Viewer, pk: int) -> int | None:
        """The current version; None when there is no such thread or the viewer may not see it."""
        return self.visible_to(viewer).filter(pk=pk).values_list("version", flat=True).first()

    def versions_of(self, ids: Collection[int]) -> dict[int, int]:
        """Return {id: current version} of the threads that exist."""
        return dict(self.filter(pk__in=ids).values_list("pk", "version"))


class PostQuerySet(models.QuerySet):
    def visible_to(self, viewer: Viewer) -> Self:
        return self.filter(thread__subject__audience__meets=viewer.tokens)

    def after(self, version: int) -> Self:
        """Posts that changed after a reader's version, in the order of their changes."""
        return self.filter(version__gt=version).order_by("version")

    def for_reading(self) -> Self:
        """Read author, HTML and `organisation`: the first public one that the author speaks for, or empty."""
        memberships = Membership.objects.confirmed().filter(
            member=OuterRef("author"), organisation__subject__audience__meets=[PUBLIC]
        )
        organisation = memberships.order_by("confirmed_at", "pk").values("organisation__name")[:1]
        found = self.with_html().select_related("author").annotate(organisation=Subquery(organisation))
        return found.order_by("number")

    def with_html(self) -> Self:
        """Annotate the stored HTML of each post's text."""
        return with_html(self)

    def numbered(self, first: int, last: int, *, and_after: int) -> Self:
        """Posts from number `first` to `last`, and all after number `and_after`."""
        return self.filter(Q(number__range=(first, last)) | Q(number__gt=and_after))

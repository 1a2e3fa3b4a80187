from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models

from core.audience import Viewer
from subjects.types import subject_type


class SubjectQuerySet(models.QuerySet):
    def visible_to(self, viewer: Viewer) -> Self:
        return self.filter(audience__meets=viewer.tokens)

    def loaded(self) -> dict[int, Any]:
        """The object of each subject, by the subject's id: a fixed number of queries for each kind."""
        ids: dict[str, list[int]] = {}
        for pk, kind in self.values_list("pk", "kind"):
            ids.setdefault(kind, []).append(pk)
        found: dict[int, Any] = {}
        for kind, some in ids.items():
            declared = subject_type(kind)
            rows: models.QuerySet[Any] = declared.model._default_manager.filter(subject__in=some)
            rows = rows.select_related("subject")
            found |= {row.subject_id: row for row in rows.prefetch_related(*declared.prefetch)}
        return found


class HasSubjectQuerySet(models.QuerySet):
    """Mixed into the queryset of each kind of subject. `visible_to` is the only way to select what a viewer may see."""

    def visible_to(self, viewer: Viewer) -> Self:
        return self.meeting(viewer.tokens)

    def meeting(self, tokens: Collection[str]) -> Self:
        """The objects whose audience has one of these tokens."""
        return self.filter(subject__audience__meets=tokens)

from __future__ import annotations

from django.db import models
from foundation.audience import AudienceQuerySet, Viewer


class ThreadQuerySet(AudienceQuerySet):
    pass


class PostQuerySet(models.QuerySet):
    def visible_to(self, viewer: Viewer) -> PostQuerySet:
        return self.filter(thread__audience__meets=viewer.tokens)

    def after(self, version: int) -> PostQuerySet:
        """What changed since a reader's version, in the order it changed."""
        return self.filter(version__gt=version).order_by("version")

    def for_reading(self) -> PostQuerySet:
        return self.select_related("author").order_by("number")

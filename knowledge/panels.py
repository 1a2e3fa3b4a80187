from __future__ import annotations

from functools import cached_property
from typing import Any

from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.models import TaskState

from knowledge.models.facts import GROUPS
from knowledge.reviews import reviews_of


def fact_panels() -> list[MultiFieldPanel]:
    """The facts in the admin, a panel for each group."""
    return [
        MultiFieldPanel([FieldPanel(name) for name in group.fields], heading=group.heading)
        for group in GROUPS
    ]


class ReviewPanel(Panel):
    """The messages of the reviewers and the author, above the form in the admin."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "knowledge/admin/reviews.html"

        @cached_property
        def reviews(self) -> list[TaskState]:
            pk = self.instance.pk
            return reviews_of([pk])[pk] if pk else []

        def is_shown(self) -> bool:
            return bool(self.reviews)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return {**super().get_context_data(parent_context), "reviews": self.reviews}

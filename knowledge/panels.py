from __future__ import annotations

from functools import cached_property
from typing import Any

from wagtail.admin.panels import Panel
from wagtail.models import TaskState

from knowledge.reviews import reviews_of


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

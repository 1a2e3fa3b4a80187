"""Reviews of a page that sent it back, read for its author and for the editors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from wagtail.models import TaskState


def reviews_of(page_ids: Collection[int]) -> dict[int, list[TaskState]]:
    """For each page the reviews that sent it back, the newest first. `comment` is the reviewer's reason, `finished_by`
    the reviewer, and `answers` are what the author answered. Two queries."""
    found = (
        TaskState.objects.filter(
            status=TaskState.STATUS_REJECTED,
            workflow_state__base_content_type__app_label="wagtailcore",
            workflow_state__base_content_type__model="page",
            workflow_state__object_id__in=[str(pk) for pk in page_ids],
        )
        .select_related("workflow_state", "finished_by")
        .prefetch_related("answers__author")
        .order_by("-finished_at", "-pk")
    )
    reviews: dict[int, list[TaskState]] = defaultdict(list)
    for review in found:
        reviews[int(review.workflow_state.object_id)].append(review)
    return reviews

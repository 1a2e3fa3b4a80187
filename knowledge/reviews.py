"""Reads the reviews that sent a page back, for its author and for the editors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet
from wagtail.models import TaskState


def task_states(page_ids: Collection[int]) -> QuerySet[TaskState]:
    """The states of all reviews of these pages, with their `workflow_state`."""
    return TaskState.objects.filter(
        workflow_state__base_content_type__app_label="wagtailcore",
        workflow_state__base_content_type__model="page",
        workflow_state__object_id__in=[str(pk) for pk in page_ids],
    ).select_related("workflow_state")


def reviews_of(page_ids: Collection[int]) -> dict[int, list[TaskState]]:
    """Return for each page the reviews that sent it back, newest first. Two queries.

    `comment` is the reviewer's reason, `finished_by` the reviewer, and `answers` are the author's answers.
    """
    found = (
        task_states(page_ids)
        .filter(status=TaskState.STATUS_REJECTED)
        .select_related("finished_by")
        .prefetch_related("answers__author")
        .order_by("-finished_at", "-pk")
    )
    reviews: dict[int, list[TaskState]] = defaultdict(list)
    for review in found:
        reviews[int(review.workflow_state.object_id)].append(review)
    return reviews

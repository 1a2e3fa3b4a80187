"""Reads the state of background work from its rows, and stores which request queued a task."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from django.db.models import Case, Count, F, Max, Min, Q, When
from django.db.models.signals import pre_save
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import Histogram

from operations.observability.logs import request_id, with_request_id

RUN = Histogram(
    "samverka_task_seconds",
    "Tasks run, and how long it took; again: it failed and will be retried",
    ["queue", "outcome"],
    buckets=(0.01, 0.1, 1, 10, 60, 600),
)
OUTCOMES = {
    TaskResultStatus.SUCCESSFUL: "done",
    TaskResultStatus.READY: "again",
    TaskResultStatus.FAILED: "given_up",
}


class Waiting(TypedDict):
    waiting: int
    oldest_seconds: int


def waiting() -> dict[str, Waiting]:
    """Return the due tasks that have not begun, by queue. A queue without any is left out."""
    now = timezone.now()
    due_since = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    queues = (
        DBTaskResult.objects.ready()
        .order_by()
        .values_list("queue_name")
        .annotate(count=Count("pk"), oldest=Min(due_since))
    )
    return {
        name: {"waiting": count, "oldest_seconds": max(0, int((now - oldest).total_seconds()))}
        for name, count, oldest in queues
    }


def seconds_since_a_worker_was_seen() -> int | None:
    """Return the seconds since a worker was seen, or None if no row shows any worker.

    A worker is seen while it holds a lease, and when it finishes a task. The schedule queues a task every minute.
    """
    now = timezone.now()
    seen = DBTaskResult.objects.aggregate(
        ended=Max("finished_at"),
        working=Count("pk", filter=Q(status=TaskResultStatus.RUNNING, run_after__gt=now)),
    )
    if seen["working"]:
        return 0
    return int((now - seen["ended"]).total_seconds()) if seen["ended"] else None


def note_origin(instance: DBTaskResult, **saved: Any) -> None:
    """Store the id of the request that queues a task beside its arguments, for the worker's log lines."""
    if instance._state.adding and (name := request_id.get()):
        instance.args_kwargs["request"] = name


@contextmanager
def observed(row: DBTaskResult) -> Iterator[None]:
    """Set the stored request id for the log lines of a running task. Count the task by its outcome afterwards."""
    began = time.perf_counter()
    try:
        with with_request_id(row.args_kwargs.get("request", "")):
            yield
    finally:
        RUN.labels(row.queue_name, OUTCOMES.get(row.status, "lost")).observe(time.perf_counter() - began)


def watch() -> None:
    """Connect `note_origin`. Safe to repeat."""
    pre_save.connect(note_origin, sender=DBTaskResult, dispatch_uid="origin")

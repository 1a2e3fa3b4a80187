"""What comes round, and how often. Each job is queued once a period, however many workers look; also when a worker
comes back in the middle of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult, get_date_max

from config.tasks import forget_what_is_over, publish_what_is_due
from search.tasks import reconcile_indexes

NAMESPACE = UUID("5d0c3a1e-6a54-4b0c-9c5a-7d2f5c0e9b11")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """A task, how often it runs, and how far into each period, counted in UTC."""

    task: Task
    every: timedelta
    at: timedelta = timedelta()

    def period(self, now: datetime) -> datetime:
        """When the period began that `now` lies in."""
        return now - (now - EPOCH - self.at) % self.every


JOBS = (
    Job(publish_what_is_due, every=timedelta(minutes=1)),
    Job(forget_what_is_over, every=timedelta(days=1), at=timedelta(hours=1)),
    Job(reconcile_indexes, every=timedelta(days=1), at=timedelta(hours=2)),
)


def enqueue_due_jobs(now: datetime | None = None) -> None:
    """Queue each job not yet queued in its present period. A row's key is made of the job and the period, so that
    the database itself refuses a second one."""
    now = now or timezone.now()
    rows = {uuid5(NAMESPACE, f"{job.task.module_path} {job.period(now).isoformat()}"): job for job in JOBS}
    there = set(DBTaskResult.objects.filter(pk__in=rows).values_list("pk", flat=True))
    DBTaskResult.objects.bulk_create(
        [
            DBTaskResult(
                pk=pk,
                task_path=job.task.module_path,
                queue_name=job.task.queue_name,
                priority=job.task.priority,
                backend_name=job.task.backend,
                args_kwargs={"args": [], "kwargs": {}},
                run_after=get_date_max(),
            )
            for pk, job in rows.items()
            if pk not in there
        ],
        ignore_conflicts=True,
    )

"""The jobs that run regularly. Each job is queued once in a period, by one of any number of workers, also when a worker
starts in the middle of a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks.base import Task

from community.mail.tasks import deliver_due, forget_mail
from community.notifications.tasks import forget_old_notices, queue_due_digests
from community.statements.tasks import follow_dates
from knowledge.tasks import render_after_upgrade, render_texts
from operations.models import JobRun
from operations.tasks import delete_expired, publish_scheduled, retry_refused_index_tasks
from search.tasks import reconcile_indexes

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """A task, what it does in words for staff, how often it runs, and how far into each period, counted in UTC."""

    task: Task
    label: str | Promise = field(default="", kw_only=True)
    every: timedelta
    at: timedelta = timedelta()

    @property
    def name(self) -> str:
        return self.task.module_path

    def period(self, now: datetime) -> datetime:
        """Return the beginning of the period in which `now` lies."""
        return now - (now - EPOCH - self.at) % self.every


JOBS = (
    Job(publish_scheduled, label=_("Publish what is scheduled"), every=timedelta(minutes=1)),
    Job(deliver_due, label=_("Send waiting e-mail"), every=timedelta(minutes=1)),
    Job(
        retry_refused_index_tasks,
        label=_("Add what was missed to the search index"),
        every=timedelta(minutes=1),
    ),
    Job(forget_mail, label=_("Erase old e-mail"), every=timedelta(days=1), at=timedelta(hours=1)),
    Job(queue_due_digests, label=_("Put digests together"), every=timedelta(minutes=15)),
    Job(forget_old_notices, label=_("Erase old notices"), every=timedelta(days=1), at=timedelta(hours=3)),
    Job(delete_expired, label=_("Erase what has expired"), every=timedelta(days=1), at=timedelta(hours=1)),
    Job(render_after_upgrade, label=_("Render texts after an upgrade"), every=timedelta(minutes=10)),
    Job(
        render_texts,
        label=_("Render missing texts and erase old HTML"),
        every=timedelta(days=1),
        at=timedelta(hours=4),
    ),
    Job(
        follow_dates,
        label=_("Follow the last days of what is offered and sought"),
        every=timedelta(days=1),
        at=timedelta(minutes=5),
    ),
    Job(
        reconcile_indexes,
        label=_("Check the search indexes against the content"),
        every=timedelta(days=1),
        at=timedelta(hours=2),
    ),
)


def enqueue_due_jobs(now: datetime | None = None) -> None:
    """Queue each job that was not yet queued in its present period. A job that missed several periods is queued once.
    If several workers call this at once, the one whose UPDATE moves the job's row to the new period queues it."""
    now = now or timezone.now()
    known = dict(JobRun.objects.values_list("job", "period"))
    for job in JOBS:
        period = job.period(now)
        if known.get(job.name, EPOCH) >= period:
            continue
        with transaction.atomic():
            JobRun.objects.get_or_create(job=job.name, defaults={"period": EPOCH})
            if JobRun.objects.filter(job=job.name, period__lt=period).update(period=period):
                JobRun.objects.filter(job=job.name).update(task_id=job.task.enqueue().id)

"""Maintenance tasks of the site; `operations.schedule` says when they run."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.tasks import task
from search.backends import BackendUnavailable, NeverFilled

# Days. Task rows can hold personal data, so they are deleted soon; failed ones stay longer, to be examined.
KEEP_FINISHED, KEEP_FAILED = 2, 30
REFUSED = [f"{fault.__module__}.{fault.__qualname__}" for fault in (BackendUnavailable, NeverFilled)]


@task()
def publish_scheduled() -> None:
    """Publish and unpublish pages at their scheduled times."""
    call_command("publish_scheduled", verbosity=0)


@task(queue="framework")
def delete_expired() -> None:
    """Delete expired sessions and the rows of finished tasks."""
    call_command("clearsessions", verbosity=0)
    call_command(
        "prune_db_task_results",
        queue_name="*",
        min_age_days=KEEP_FINISHED,
        failed_min_age_days=KEEP_FAILED,
        verbosity=0,
    )


@task(queue="index")
def retry_refused_index_tasks() -> None:
    """Retry the index tasks that a search backend refused because it was unavailable or its disk was full. One of them
    is tried first; when the backend accepts it, all others are made ready, also those in a pause or given up."""
    refused = DBTaskResult.objects.filter(
        queue_name="index",
        exception_class_path__in=REFUSED,
        status__in=[TaskResultStatus.READY, TaskResultStatus.FAILED],
    )
    trial = refused.order_by("enqueued_at").first()
    if trial is None:
        return
    try:
        trial.task.call(*trial.args_kwargs["args"], **trial.args_kwargs["kwargs"])
    except BackendUnavailable:
        return
    refused.update(status=TaskResultStatus.READY, run_after=timezone.now(), worker_ids=[], finished_at=None)

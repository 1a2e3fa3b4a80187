"""The site's own upkeep (`operations.schedule` says when)."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.tasks import task
from search.backends import BackendUnavailable, NeverFilled

# Days. Rows of work hold mail that was sent, so they go soon; failed ones stay to be looked into.
KEEP_FINISHED, KEEP_FAILED = 2, 30
REFUSED = [f"{fault.__module__}.{fault.__qualname__}" for fault in (BackendUnavailable, NeverFilled)]


@task()
def publish_what_is_due() -> None:
    """Pages that were given a time to appear or to go."""
    call_command("publish_scheduled", verbosity=0)


@task(queue="framework")
def forget_what_is_over() -> None:
    """Sessions that ended, and the rows of work that is done."""
    call_command("clearsessions", verbosity=0)
    call_command(
        "prune_db_task_results",
        queue_name="*",
        min_age_days=KEEP_FINISHED,
        failed_min_age_days=KEEP_FAILED,
        verbosity=0,
    )


@task(queue="index")
def index_what_was_missed() -> None:
    """What a search backend refused (it was away, its disk was full) is sent again as soon as it takes anything: all
    of it, also what would rest still or was given up."""
    refused = DBTaskResult.objects.filter(
        queue_name="index",
        exception_class_path__in=REFUSED,
        status__in=[TaskResultStatus.READY, TaskResultStatus.FAILED],
    )
    probe = refused.order_by("enqueued_at").first()
    if probe is None:
        return
    try:
        probe.task.call(*probe.args_kwargs["args"], **probe.args_kwargs["kwargs"])
    except BackendUnavailable:
        return
    refused.update(status=TaskResultStatus.READY, run_after=timezone.now(), worker_ids=[], finished_at=None)

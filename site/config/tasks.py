"""The site's own upkeep (`config.schedule` says when)."""

from __future__ import annotations

from django.core.management import call_command

from foundation.tasks import task

# Days. Rows of work hold mail that was sent, so they go soon; failed ones stay to be looked into.
KEEP_FINISHED, KEEP_FAILED = 2, 30


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

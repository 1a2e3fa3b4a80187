"""Background work inside a test: nothing runs until the test says so."""

from __future__ import annotations

from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult


def run_due_tasks() -> None:
    """Runs all that is queued and due, and what that queues in turn; a task that fails fails the test."""
    worker = Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id="tests",
    )
    worker.run()
    faults = [f"{result.task_path}:\n{result.traceback}" for result in DBTaskResult.objects.failed()]
    assert not faults, "\n".join(faults)

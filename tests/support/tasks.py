"""Background work inside a test: nothing runs until the test says so."""

from __future__ import annotations

from operations.worker import run_one


def run_due_tasks(*queues: str) -> None:
    """Runs all that is queued and due, in these queues or in all, and what that queues in turn; a task that fails fails
    the test."""
    while result := run_one(queues):
        assert not result.traceback, f"{result.task_path}:\n{result.traceback}"

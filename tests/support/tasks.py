"""Background tasks inside a test: they run only when the test runs them."""

from __future__ import annotations

from operations.worker import run_one


def run_due_tasks(*queues: str) -> None:
    """Run all due tasks of these queues or of all, and the tasks that they enqueue. A task that fails makes the test
    fail."""
    while result := run_one(queues):
        assert not result.traceback, f"{result.task_path}:\n{result.traceback}"

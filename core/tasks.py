"""Background work: enqueued in the transaction that causes it, retried by the worker (`operations.worker`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import django_tasks
from django_tasks_db.models import DBTaskResult

Queue = Literal["index", "mail", "notices", "framework", "default"]


def task(*, queue: Queue = "default") -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task: `verb.enqueue(**ids)`. It may run more than once, so it must be idempotent. A long task
    delays only the other tasks of its queue."""
    return django_tasks.task(queue_name=queue)


def drop_repeats(task: Any, **arguments: Any) -> None:
    """Delete waiting tasks with the same arguments. A task that updates derived data calls this first: it reads rows
    that are as new as those tasks would read."""
    repeats = DBTaskResult.objects.ready().filter(
        task_path=task.module_path, args_kwargs={"args": [], "kwargs": arguments}
    )
    # Queried first: a deletion blocks all other writers on SQLite.
    if repeats.exists():
        repeats.delete()

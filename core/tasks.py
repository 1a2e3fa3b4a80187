"""Background work: enqueued in the transaction that causes it, retried by the worker (`operations.worker`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import django_tasks
from django_tasks_db.models import DBTaskResult

Queue = Literal["index", "mail", "notices", "framework", "default"]


def task(*, queue: Queue = "default") -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task: `verb.enqueue(**ids)`. It may run more than once, so it must be idempotent. A long one
    holds up the others of its queue and nothing else."""
    return django_tasks.task(queue_name=queue)


def drop_repeats(task: Any, **arguments: Any) -> None:
    """For a task that makes something true to the database as it is now, to begin with: whoever waits to do the same
    with the same arguments has nothing left to do, for what they would have read is read from here on."""
    repeats = DBTaskResult.objects.ready().filter(
        task_path=task.module_path, args_kwargs={"args": [], "kwargs": arguments}
    )
    # Asked first: a deletion holds up everybody who writes to SQLite.
    if repeats.exists():
        repeats.delete()

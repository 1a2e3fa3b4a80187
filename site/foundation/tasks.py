"""Background work: enqueued in the transaction that causes it, retried by the worker (`config.work.worker`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import django_tasks

Queue = Literal["index", "mail", "notices", "framework", "default"]


def task(*, queue: Queue = "default") -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task: `verb.enqueue(**ids)`. It may run more than once, so it must be idempotent. A long one
    holds up the others of its queue and nothing else."""
    return django_tasks.task(queue_name=queue)

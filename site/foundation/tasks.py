"""Background work: enqueued in the transaction that causes it, retried by the worker (`config.worker`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import django_tasks

Queue = Literal["index", "mail", "framework", "default"]

# What somebody waits for goes ahead of the framework's own upkeep, of which one publish enqueues a handful.
PRIORITIES: dict[Queue, int] = {"mail": 20, "index": 10, "default": 0, "framework": 0}


def task(*, queue: Queue = "default") -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task: `verb.enqueue(**ids)`. It may run more than once, so it must be idempotent."""
    return django_tasks.task(queue_name=queue, priority=PRIORITIES[queue])

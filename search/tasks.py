from __future__ import annotations

from collections.abc import Iterable

from django_tasks.base import Task

from core.tasks import drop_repeats, task
from search.backends import on_every_backend
from search.indexing import reconcile, sync
from search.sources import dependants

AT_ONCE = 50
"""Objects a task: what a member waits for waits for no more than these."""
BEHIND_OTHERS = -10
"""The priority of indexing many objects. The highest runs first; what one person changed has 0."""


@task(queue="index")
def index(source: str, ids: list[int]) -> None:
    """Make the index true to these objects."""
    sync({source: ids})


@task(queue="index")
def index_with_dependants(source: str, ids: list[int]) -> None:
    """Make the index true to these objects and to all that shows something of them."""
    drop_repeats(index_with_dependants, source=source, ids=ids)
    shown_by = dependants(source, ids)
    if sum(map(len, shown_by.values())) > AT_ONCE:
        for name, some in shown_by.items():
            enqueue_many(index, name, some)
        shown_by = {}
    sync({**shown_by, source: {*ids, *shown_by.get(source, ())}})


def enqueue_many(task: Task, source: str, ids: Iterable[int]) -> None:
    """Enqueue a task for each `AT_ONCE` objects, behind what one person changed."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        task.using(priority=BEHIND_OTHERS).enqueue(source=source, ids=ordered[start : start + AT_ONCE])


@task(queue="index")
def reconcile_indexes() -> None:
    """Repair what a lost signal left behind; comes round (`operations.schedule`)."""
    on_every_backend(reconcile)

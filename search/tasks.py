from __future__ import annotations

from collections.abc import Iterable

from django_tasks.base import Task

from core.tasks import drop_repeats, task
from search.backends import on_every_backend
from search.indexing import reconcile, sync
from search.sources import dependants

AT_ONCE = 50
"""Objects of one task. A member's own change waits for no more than one such task."""
BEHIND_OTHERS = -10
"""The priority of indexing many objects. Higher runs first; a member's own change has 0."""


@task(queue="index")
def index(source: str, ids: list[int]) -> None:
    """Update these objects in the index."""
    sync({source: ids})


@task(queue="index")
def index_with_dependants(source: str, ids: list[int]) -> None:
    """Update these objects in the index, and all objects whose records show them."""
    drop_repeats(index_with_dependants, source=source, ids=ids)
    shown_by = dependants(source, ids)
    if sum(map(len, shown_by.values())) > AT_ONCE:
        for name, some in shown_by.items():
            enqueue_many(index, name, some)
        shown_by = {}
    sync({**shown_by, source: {*ids, *shown_by.get(source, ())}})


def enqueue_many(task: Task, source: str, ids: Iterable[int]) -> None:
    """Enqueue a task for each `AT_ONCE` objects, with a lower priority than members' own changes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        task.using(priority=BEHIND_OTHERS).enqueue(source=source, ids=ordered[start : start + AT_ONCE])


@task(queue="index")
def reconcile_indexes() -> None:
    """Repair the index where a signal was lost. Scheduled in `operations.schedule`."""
    on_every_backend(reconcile)

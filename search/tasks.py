from __future__ import annotations

from foundation.tasks import drop_repeats, task
from search.backends import on_every_backend
from search.indexing import reconcile, sync
from search.sources import source_named

BEHIND_OTHERS = 5
"""The priority of indexing many objects: after what one person changed, before upkeep."""


@task(queue="index")
def index(source: str, ids: list[int]) -> None:
    """Make the index true to these objects."""
    sync({source: ids})


@task(queue="index")
def index_with_dependants(source: str, ids: list[int]) -> None:
    """Make the index true to these objects and to all that shows something of them."""
    drop_repeats(index_with_dependants, source=source, ids=ids)
    shown_by = source_named(source).dependants(ids)
    sync({**shown_by, source: {*ids, *shown_by.get(source, ())}})


@task(queue="index")
def reconcile_indexes() -> None:
    """Repair what a lost signal left behind; comes round (`config.work.schedule`)."""
    on_every_backend(reconcile)

from __future__ import annotations

from foundation.tasks import task
from search.backends import on_every_backend
from search.indexing import reconcile, sync
from search.sources import source_named

BEHIND_OTHERS = 5
"""The priority of indexing many objects: after what one person changed, before upkeep."""


@task(queue="index")
def index(source: str, ids: list[int]) -> None:
    """Make the index true to these objects."""
    sync(source, ids)


@task(queue="index")
def index_with_dependants(source: str, ids: list[int]) -> None:
    """Make the index true to these objects and to all that shows something of them."""
    sync(source, ids)
    for dependant, its_ids in source_named(source).dependants(ids).items():
        sync(dependant, its_ids)


@task(queue="index")
def reconcile_indexes() -> None:
    """Repair what a lost signal left behind; comes round (`config.work.schedule`)."""
    on_every_backend(reconcile)

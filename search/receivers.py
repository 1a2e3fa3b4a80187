"""The rooms below say that something changed; the index follows in the background."""

from __future__ import annotations

from typing import Any

from search.sources import Source
from search.tasks import enqueue_many, index_with_dependants


def follow(source: Source) -> None:
    """Enqueue indexing whenever the source's state signal is sent: at once for one object, behind others for many."""

    def changed(sender: type, fact: Any, **kwargs: Any) -> None:
        ids = sorted(source.changed_ids(fact))
        if len(ids) == 1:
            index_with_dependants.enqueue(source=source.name, ids=ids)
        else:
            enqueue_many(index_with_dependants, source.name, ids)

    source.changed.connect(changed, weak=False, dispatch_uid=f"search_follows_{source.name}")

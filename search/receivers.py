"""The rooms below say that something changed; the index follows in the background."""

from __future__ import annotations

from typing import Any

from search.sources import Source
from search.tasks import index_with_dependants


def follow(source: Source) -> None:
    """Enqueue indexing whenever the source's state signal is sent."""

    def changed(sender: type, fact: Any, **kwargs: Any) -> None:
        index_with_dependants.enqueue(source=source.name, ids=sorted(source.changed_ids(fact)))

    source.changed.connect(changed, weak=False, dispatch_uid=f"search_follows_{source.name}")

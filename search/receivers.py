"""The rooms below say that something changed; the index follows in the background."""

from __future__ import annotations

from typing import Any

from search.sources import Source
from search.tasks import BEHIND_OTHERS, index_with_dependants

AT_ONCE = 50
"""Objects a task: while an import is indexed, what a member waits for gets in between."""


def follow(source: Source) -> None:
    """Enqueue indexing whenever the source's state signal is sent."""

    def changed(sender: type, fact: Any, **kwargs: Any) -> None:
        ids = sorted(source.changed_ids(fact))
        task = index_with_dependants.using(priority=BEHIND_OTHERS) if len(ids) > 1 else index_with_dependants
        for start in range(0, len(ids), AT_ONCE):
            task.enqueue(source=source.name, ids=ids[start : start + AT_ONCE])

    source.changed.connect(changed, weak=False, dispatch_uid=f"search_follows_{source.name}")

"""The packages below send a state signal when something changed; the index follows in the background."""

from __future__ import annotations

from typing import Any

from core.signals import ids_of
from search.tasks import enqueue_many, index_with_dependants
from subjects.types import SubjectType


def follow(declared: SubjectType) -> None:
    """Enqueue indexing when the state signal of a kind of subject is sent: at once for one object, behind others for
    many."""
    source, name = declared.search, declared.code
    if source is None:
        return

    def changed(sender: type, fact: Any, **kwargs: Any) -> None:
        ids = sorted(ids_of(fact))
        if len(ids) == 1:
            index_with_dependants.enqueue(source=name, ids=ids)
        else:
            enqueue_many(index_with_dependants, name, ids)

    source.changed.connect(changed, weak=False, dispatch_uid=f"search_follows_{name}")

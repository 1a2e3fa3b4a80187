"""Enqueues indexing when a package below sends a state signal. The index is updated in the background."""

from __future__ import annotations

from typing import Any

from core.signals import ids_of
from search.tasks import enqueue_many, index_with_dependants
from subjects.types import SubjectType


def follow(declared: SubjectType) -> None:
    """Connect to the state signal of a kind of subject. One object is indexed at once; many wait behind others."""
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

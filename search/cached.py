"""Caches answers of the search index until it is written again: similar records, and possible partners.

They take as long as a search. Code that writes to the index calls `invalidate` afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core import topics
from core.page_cache import cached_until_changed
from search.database.models import Entry

Answer = TypeVar("Answer")


def invalidate() -> None:
    """Invalidate all cached answers."""
    topics.invalidate_now(topics.SEARCH)


def cached(ask: Callable[[], Answer], *about: object) -> Answer:
    """Return the cached result of `ask`, which depends on the index and on `about`."""
    return cached_until_changed(f"search:{about!r}", ask, topics.SEARCH)


def tokens_in_use(tokens: frozenset[str]) -> frozenset[str]:
    """The viewer's tokens that occur in the index. Most viewers then share the same cached answers."""
    return tokens & cached(_in_use, "audiences") or tokens


def _in_use() -> frozenset[str]:
    return frozenset().union(*Entry.objects.order_by().values_list("audience", flat=True).distinct())

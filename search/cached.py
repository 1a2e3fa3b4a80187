"""Answers of the search index that hold until it is written again: what is similar, and who would be a good partner.

They take as long as a search. What writes to the index calls `invalidate` afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core import topics
from core.page_cache import cached_until_changed
from search.database.models import Entry

Answer = TypeVar("Answer")


def invalidate() -> None:
    """Make each answer afresh from now on."""
    topics.invalidate_now(topics.SEARCH)


def cached(ask: Callable[[], Answer], *about: object) -> Answer:
    """Return the answer to `ask`, which depends on the index and on what it is `about`."""
    return cached_until_changed(f"search:{about!r}", ask, topics.SEARCH)


def tokens_in_use(tokens: frozenset[str]) -> frozenset[str]:
    """Those of a viewer's tokens that some record in the index is for: most viewers then ask the same."""
    return tokens & cached(_in_use, "audiences") or tokens


def _in_use() -> frozenset[str]:
    return frozenset().union(*Entry.objects.order_by().values_list("audience", flat=True).distinct())

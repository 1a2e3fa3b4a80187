"""Answers that hold until the index is written again: what is alike, and who would be a good partner.

They take as long as a search, and stand beside every page. Whoever writes to the index calls `forget` afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import cache

from core.cache import of_this_release
from search.database.models import Entry

WRITTEN = "search:written"
SECONDS = 600

Answer = TypeVar("Answer")


def forget() -> None:
    """From now on, everything is asked anew."""
    cache.set(WRITTEN, time.time_ns(), timeout=None)


def remembered(ask: Callable[[], Answer], *about: object) -> Answer:
    """The answer to `ask`, which depends on the index and on what it is `about`."""
    digest = sha256(repr(about).encode()).hexdigest()
    key = of_this_release(f"search:{cache.get(WRITTEN, 0)}:{digest}")
    answer: Any = cache.get_or_set(key, ask, timeout=SECONDS)
    return answer


def telling(tokens: frozenset[str]) -> frozenset[str]:
    """Those of a viewer's tokens that anything in the index is for: most viewers then ask the same."""
    return tokens & remembered(_in_use, "audiences") or tokens


def _in_use() -> frozenset[str]:
    return frozenset().union(*Entry.objects.order_by().values_list("audience", flat=True).distinct())

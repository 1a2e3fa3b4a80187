"""So many deeds a while for one actor; and a shared cache that may be away without stopping anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from foundation.cache import RestingRedisCache
from foundation.limits import Limit, TooMany
from tests.support.services.machine import free_port

LIMIT = Limit("deed", count=3, seconds=3600)


@pytest.fixture
def dead_cache(settings: Any) -> Iterator[None]:
    """Every cache is a Redis that nobody runs."""
    RestingRedisCache._rests_until = 0.0
    dead = {"BACKEND": "foundation.cache.RestingRedisCache", "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    settings.CACHES = {"default": dead}
    yield
    RestingRedisCache._rests_until = 0.0


def test_the_fourth_deed_is_one_too_many_for_that_actor_only() -> None:
    for _ in range(3):
        LIMIT.spend(7)
    with pytest.raises(TooMany) as refusal:
        LIMIT.spend(7)
    assert refusal.value.status == 429
    assert str(refusal.value)
    LIMIT.spend(8)
    Limit("other-deed", count=1, seconds=3600).spend(7)


def test_the_window_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        LIMIT.spend(7)
    later = time.time() + 3600
    monkeypatch.setattr("foundation.limits.time.time", lambda: later)
    LIMIT.spend(7)


def test_a_dead_cache_stops_nobody(dead_cache: None) -> None:
    for _ in range(10):
        LIMIT.spend(7)


def test_a_dead_cache_is_an_empty_one(dead_cache: None) -> None:
    assert cache.set("a", 1) is None
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("a", 1) is False
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert cache.touch("a") is False
    assert cache.delete("a") is False
    assert cache.delete_many(["a"]) is None
    assert cache.get_or_set("a", 5) == 5
    assert "a" not in cache
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.clear()

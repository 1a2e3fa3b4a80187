"""Cached values between releases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.core.cache import cache

import core.cache
from core.page_cache import cached_until_changed
from search.cached import cached


@pytest.mark.parametrize(
    "keep",
    [lambda make: cached_until_changed("frame", make), lambda make: cached(make, "alike", 1)],
    ids=["pages and their frame", "answers of the search"],
)
def test_a_release_does_not_read_the_cached_values_of_another(
    keep: Callable[[Callable[[], str]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The classes in the value may have moved between the releases."""
    assert keep(lambda: "of the one before") == "of the one before"
    assert keep(lambda: "new") == "of the one before"
    monkeypatch.setattr(core.cache, "release", lambda: "next")
    assert keep(lambda: "new") == "new"


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the key of a value whose class no longer exists, as after a deployment that moved it."""
    module: Any = ModuleType("of_another_release")
    exec("class Card: pass", module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    cache.set("card", module.Card())
    assert cache.get("card")
    monkeypatch.delitem(sys.modules, module.__name__)
    return "card"


@pytest.mark.redis
def test_a_value_that_cannot_be_read_counts_as_missing(unreadable: str) -> None:
    cache.set("other", "there")
    assert cache.get(unreadable) is None
    assert cache.get(unreadable, "nothing") == "nothing"
    assert cache.get_many([unreadable, "other"]) == {"other": "there"}
    assert cache.get_or_set(unreadable, "made again") == "made again"
    cache.set(unreadable, "kept again")
    assert cache.get(unreadable) == "kept again"

"""Fixtures for every test. Other fixtures live in tests/support/, one subject to a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from core.cache import FaultTolerantRedisCache
from core.page_cache import local_values
from tests.support.services.chromium import NAMES as BROWSERS
from tests.support.services.machine import find_program

# Tests start many processes. Each loads compiled modules instead of compiling them again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = [
    "tests.support.database",
    "tests.support.browser",
    "tests.support.inventories",
    "tests.support.people",
    "tests.support.served",
]

HAD = {
    "sqlite": ("SQLite, the server being PostgreSQL", lambda: connection.vendor == "sqlite"),
    "postgres": ("PostgreSQL", lambda: connection.vendor == "postgresql"),
    "redis": ("Redis", lambda: bool(os.environ.get("REDIS_URL"))),
    "elastic": ("Elasticsearch", lambda: bool(os.environ.get("ELASTICSEARCH_URL"))),
    "browser": ("Chromium", lambda: bool(os.environ.get("CHROMIUM") or find_program(*BROWSERS))),
}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        call_command("compile_translations")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Run browser tests last: Playwright keeps an event loop running, in which no asynchronous test can start.

    The first of them prepares the served scene, which takes a minute. Tests that do not need the scene come next, so
    that another worker has something to do during that minute.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    yield

    def needs(item: pytest.Item, fixture: str) -> bool:
        return fixture in getattr(item, "fixturenames", ())

    prepares = next((item for item in items if needs(item, "scene") and needs(item, "first_start")), None)
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None,
            item is not prepares,
            needs(item, "first_start"),
        )
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (name, is_had) in HAD.items():
        if item.get_closest_marker(mark) and not is_had():
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI must have {name}.", pytrace=False)
            pytest.skip(f"not tested here: no {name}")


@pytest.fixture
def twenty_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock so that no limit's window ends during the test: 40 minutes of an hour remain, 30 seconds of a
    minute."""
    now = int(time.time()) // 3600 * 3600 + 1200 + 30
    monkeypatch.setattr("core.limits.time.time", lambda: now)


@pytest.fixture(autouse=True)
def _site_language() -> None:
    """Reset the language: a request for an English page leaves its language active in the thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    FaultTolerantRedisCache.breaker.succeeded()
    for cache in caches.all(initialized_only=True):
        cache.clear()
    local_values.values.clear()

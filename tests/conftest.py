"""What every test may ask for. Fixtures live in tests/support/, one subject to a file."""

from __future__ import annotations

import os

import pytest
from django.core.cache import caches
from django.db import connection
from tests.support.services.chromium import NAMES as BROWSERS
from tests.support.services.machine import find_program

pytest_plugins = ["tests.support.database", "tests.support.browser"]

HAD = {
    "postgres": ("PostgreSQL", lambda: connection.vendor == "postgresql"),
    "redis": ("Redis", lambda: bool(os.environ.get("REDIS_URL"))),
    "elastic": ("Elasticsearch", lambda: bool(os.environ.get("ELASTICSEARCH_URL"))),
    "browser": ("Chromium", lambda: bool(os.environ.get("CHROMIUM") or find_program(*BROWSERS))),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, in which no asynchronous test could start."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (name, is_had) in HAD.items():
        if item.get_closest_marker(mark) and not is_had():
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI must have {name}.", pytrace=False)
            pytest.skip(f"not tested here: no {name}")


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    for cache in caches.all(initialized_only=True):
        cache.clear()

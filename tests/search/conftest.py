from __future__ import annotations

import pytest
from pytest_django import Settings

from search.backends import backends
from search.database.backend import DatabaseBackend


@pytest.fixture
def embedded(settings: Settings) -> DatabaseBackend:
    """Use only the database backend, even if Elasticsearch runs."""
    settings.SEARCH_BACKENDS = ["search.database.backend.DatabaseBackend"]
    return backends()[0]

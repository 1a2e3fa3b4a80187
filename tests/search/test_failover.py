from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from functools import partial

import pytest
from pytest_django import Settings

from search.backends import BackendUnavailable, backends, on_every_backend
from search.database.backend import DatabaseBackend
from search.elastic.backend import ElasticBackend
from search.failover import COOLDOWN, Finder, finder
from search.requests import EVERYBODY, MatchRequest, SearchRequest, SimilarRequest
from tests.search.records import record
from tests.support.services.machine import free_port

english = partial(record, language="en")


pytestmark = pytest.mark.django_db

BOTH = ["search.elastic.backend.ElasticBackend", "search.database.backend.DatabaseBackend"]


@pytest.fixture
def dead(settings: Settings) -> ElasticBackend:
    """A backend whose server is down: nothing listens on its port."""
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
    return ElasticBackend()


@pytest.fixture
def silent(settings: Settings) -> Iterator[ElasticBackend]:
    """A backend whose server accepts requests and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield ElasticBackend()


@pytest.fixture
def database() -> DatabaseBackend:
    backend = DatabaseBackend()
    backend.replace([[english("Chatbot", id=1), english("Another chatbot", id=2)]])
    return backend


def test_the_database_answers_every_request_when_elasticsearch_is_down(
    dead: ElasticBackend, database: DatabaseBackend
) -> None:
    reader = Finder([dead, database])
    page = reader.search(SearchRequest(text="chatbot"))
    assert (page.total, page.backend, page.degraded) == (2, "database", True)
    assert reader.suggest("cha", "en", EVERYBODY)
    assert isinstance(reader.similar(SimilarRequest(kind="project", id=1)), list)
    assert isinstance(reader.match(MatchRequest(text="chatbot")), list)


def test_a_page_from_the_only_backend_is_not_degraded(database: DatabaseBackend) -> None:
    assert not Finder([database]).search(SearchRequest()).degraded


def test_a_failure_is_logged_once_without_the_query(
    dead: ElasticBackend, database: DatabaseBackend, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Finder([dead, database])
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            reader.search(SearchRequest(text="a private matter"))
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("search")]
    assert len(messages) == 1
    assert "elastic" in messages[0]
    assert "private" not in caplog.text


def test_a_silent_server_delays_only_the_first_request(
    silent: ElasticBackend, database: DatabaseBackend
) -> None:
    reader = Finder([silent, database])
    waited = []
    for _ in range(4):
        started = time.perf_counter()
        assert reader.search(SearchRequest(text="chatbot")).total == 2
        waited.append(time.perf_counter() - started)
    assert waited[0] < 3
    assert max(waited[1:]) < 1


def test_after_the_cooldown_one_request_tries_again_and_the_others_do_not_wait(
    dead: ElasticBackend, database: DatabaseBackend
) -> None:
    now = [0.0]
    asked: list[float] = []

    class Counting(DatabaseBackend):
        name = "counting"

        def search(self, request: SearchRequest) -> object:
            asked.append(now[0])
            if now[0] < 150:
                raise BackendUnavailable("resting")
            return super().search(request)

    reader = Finder([Counting(), database], clock=lambda: now[0])
    for now[0] in (100.0, 100.1, 100.0 + COOLDOWN - 0.1, 100.0 + COOLDOWN, 100.1 + COOLDOWN, 151.0, 151.1):
        reader.search(SearchRequest())
    assert asked == [100.0, 100.0 + COOLDOWN, 151.0, 151.1]
    assert not reader.search(SearchRequest()).degraded


def test_a_failing_backend_does_not_stop_a_write_to_the_others(
    settings: Settings, dead: ElasticBackend, database: DatabaseBackend
) -> None:
    settings.SEARCH_BACKENDS = BOTH
    with pytest.raises(BackendUnavailable):
        on_every_backend(lambda backend: backend.delete("project", [1]))
    assert database.ids("project") == {2}


def test_pages_use_the_configured_backends_in_their_order(
    settings: Settings, database: DatabaseBackend
) -> None:
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
    settings.SEARCH_BACKENDS = BOTH
    assert [backend.name for backend in backends()] == ["elastic", "database"]
    assert finder() is finder()
    assert finder().search(SearchRequest()).degraded
    settings.SEARCH_BACKENDS = BOTH[1:]
    assert not finder().search(SearchRequest()).degraded

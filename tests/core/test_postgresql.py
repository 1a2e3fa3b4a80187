"""The connection pool while its server stops and starts again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from config.settings.base import POOL
from core.postgresql import connected, is_unavailable
from core.postgresql.base import DatabaseWrapper
from tests.core.relay import Relay
from tests.support.processes import wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

IDLE = 8
Server = Callable[..., DatabaseWrapper]


@pytest.fixture
def relay() -> Iterator[Relay]:
    server = connection.settings_dict
    with Relay(server["HOST"], int(server["PORT"])) as relay:
        yield relay


@pytest.fixture
def server(relay: Relay) -> Iterator[Server]:
    """Yield a function that connects to the database through the relay. `options` override those of the site's
    pool."""
    made: list[DatabaseWrapper] = []

    def make(**options: Any) -> DatabaseWrapper:
        settings = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": str(relay.port)}
        settings["OPTIONS"] = {"pool": {**POOL, **options}, "connect_timeout": 5}
        made.append(DatabaseWrapper(settings, "relayed"))
        return made[-1]

    yield make
    for each in made:
        each.close_pool()
    connected()


def is_here() -> bool:
    return not is_unavailable()


def ask(server: DatabaseWrapper) -> str:
    """Take a connection, run a query and return the connection, as a request does. Works in any thread."""
    with taken(server) as mine:
        return str(mine.execute("SELECT 'an answer'").fetchone()[0])


@contextmanager
def taken(server: DatabaseWrapper) -> Iterator[Any]:
    mine = server.get_new_connection(server.get_connection_params())
    try:
        yield mine
    finally:
        server.pool.putconn(mine)


def lie_idle(server: DatabaseWrapper, count: int = IDLE) -> None:
    """Leave `count` idle connections in the pool."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(taken(server))


def test_the_first_query_after_a_restart_is_answered(relay: Relay, server: Server) -> None:
    """Django's own check finds broken connections one by one, which takes longer than a request waits."""
    database = server()
    lie_idle(database)
    relay.break_connections()
    assert ask(database) == "an answer"
    assert not is_unavailable()


def test_a_waiting_request_is_answered_when_the_server_is_back(relay: Relay, server: Server) -> None:
    """This holds for any length of the outage, and even if no other request asks for a connection."""
    database = server(timeout=60)
    lie_idle(database, 2)
    relay.cut()
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(ask, database) for _ in range(3)]
        wait_until(is_unavailable)
        assert not any(each.done() for each in waiting)
        relay.reconnect()
        assert [each.result(20) for each in waiting] == ["an answer"] * 3
    assert not is_unavailable()


def test_while_the_server_is_unavailable_only_the_first_requests_wait(
    relay: Relay, server: Server, client: Client
) -> None:
    database = server()
    assert ask(database) == "an answer"
    relay.cut()
    with pytest.raises(psycopg.OperationalError):
        ask(database)
    wait_until(is_unavailable)
    refused = client.get("/organisationer/")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "10"
    relay.reconnect()
    wait_until(is_here)
    assert ask(database) == "an answer"
    assert client.get("/organisationer/").status_code == 200


def test_a_request_that_finds_no_free_connection_does_not_mark_the_server_unavailable(server: Server) -> None:
    database = server(max_size=1, timeout=0.1)
    lie_idle(database, 1)
    with taken(database), ThreadPoolExecutor() as pool:
        with pytest.raises(psycopg.OperationalError):
            pool.submit(ask, database).result()
        assert not is_unavailable()


def test_a_server_at_its_connection_limit_is_not_unavailable(relay: Relay, server: Server) -> None:
    """When all `max_connections` are in use, the existing connections still work."""
    database = server(max_size=1, timeout=0.1)
    lie_idle(database, 1)
    relay.refuse()
    database.pool.resize(1, 2)
    with taken(database), ThreadPoolExecutor() as pool, pytest.raises(psycopg.OperationalError):
        pool.submit(ask, database).result()
    assert not is_unavailable()
    assert ask(database) == "an answer"

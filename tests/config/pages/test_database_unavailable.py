"""While the database is unavailable, pages say so and when to try again. tests/core/test_postgresql tests how
soon."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


class Broken:
    """An execute wrapper that raises a database error for every query."""

    def __init__(self, cause: Exception) -> None:
        self.cause, self.asked = cause, 0

    def __call__(self, *arguments: Any) -> None:
        self.asked += 1
        raise OperationalError from self.cause


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "sentence"), [("/organisationer/", "Samverka"), ("/en/search/?q=a", "not answering")]
)
def test_a_page_says_when_to_try_again(visitor: Client, path: str, sentence: str) -> None:
    with connection.execute_wrapper(Broken(psycopg.OperationalError())):
        page = visitor.get(path)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "10"
    assert page.headers["Cache-Control"] == "no-store"
    assert sentence in page.content.decode()
    assert "Traceback" not in page.content.decode()


def test_a_cached_page_is_served_without_the_database(visitor: Client) -> None:
    cache.clear()
    path = "/organisationer/"
    kept = visitor.get(path)
    assert kept.status_code == 200
    with connection.execute_wrapper(Broken(psycopg.OperationalError())):
        assert visitor.get("/projekt/").status_code == 503
        assert visitor.get(path).content == kept.content


def test_a_deadlock_does_not_make_other_requests_fail(visitor: Client) -> None:
    with connection.execute_wrapper(Broken(psycopg.errors.DeadlockDetected())):
        assert visitor.get("/organisationer/").status_code == 503
    assert visitor.get("/organisationer/").status_code == 200


def test_another_error_does_not_mark_the_database_as_unavailable(visitor: Client) -> None:
    class Fault(Exception): ...

    def broken(*arguments: Any) -> None:
        raise Fault

    with connection.execute_wrapper(broken):
        assert visitor.get("/organisationer/").status_code == 500
    assert visitor.get("/organisationer/").status_code == 200

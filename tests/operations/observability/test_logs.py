"""A log line says what happened, where and for which request. It never contains personal data or texts of members."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import AsyncClient, Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.projects.models import Project
from core.tasks import task
from operations.observability import logs
from operations.observability.logs import Json, Line
from operations.worker import run_one
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db
HEX = re.compile(r"[0-9a-f]{32}")


class Written(StringIO):
    """The log output in production's format."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


@pytest.fixture
def written() -> Iterator[Written]:
    stream = Written()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make the search page raise this exception."""

    def breaks(fault: BaseException) -> None:
        def answer(*asked: Any) -> None:
            recipient = "anna@example.org"
            raise fault from ValueError(recipient)

        monkeypatch.setattr("search.views.finder", answer)

    return breaks


def test_each_line_has_a_time_a_level_a_logger_and_a_request_id(
    client: Client, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESS_ROLE", "pages")
    answer = client.get("/sok/")
    (line,) = written.of("operations.observability.requests")
    assert set(line) == {
        *("time", "level", "logger", "message", "request", "role"),
        *("view", "method", "status", "milliseconds"),
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert (line["level"], line["role"]) == ("INFO", "pages")
    assert (line["view"], line["method"], line["status"]) == ("search:search", "GET", 200)
    assert line["message"].startswith("GET search:search 200 ")
    assert line["milliseconds"] > 0
    assert line["request"] == answer["X-Request-ID"]
    assert HEX.fullmatch(line["request"])


def test_the_development_log_has_one_line_for_each_event() -> None:
    record = logging.getLogger("config").makeRecord(
        "config", logging.INFO, "", 1, "All is %s", ("well",), None
    )
    assert re.fullmatch(r"\S+ INFO config: All is well", Line().format(record))
    with logs.with_request_id("4f2a"):
        assert Line().format(record).endswith("All is well 4f2a")


@pytest.mark.parametrize("name", ["3f2b8c61d04e4b7f9a5d1c0e77aa9142", "3f2b8c61-d04e-4b7f-9a5d-1c0e77aa9142"])
def test_a_request_id_from_the_proxy_is_used(client: Client, written: Written, name: str) -> None:
    answer = client.get("/sok/", headers={"X-Request-ID": name})
    assert answer["X-Request-ID"] == name
    assert {line["request"] for line in written.of("operations.observability.requests")} == {name}


@pytest.mark.parametrize("name", ["", "anna@example.org", "19121212-1212", "x" * 5000, 'a"}\n{', "a" * 33])
def test_an_invalid_request_id_is_replaced(client: Client, name: str) -> None:
    answer = client.get("/sok/", headers={"X-Request-ID": name})
    assert HEX.fullmatch(answer["X-Request-ID"])
    assert answer["X-Request-ID"] != name


async def test_concurrent_requests_have_different_ids(async_client: AsyncClient, written: Written) -> None:
    names = [uuid4().hex for _ in range(4)]
    for name in names:
        assert (await async_client.get("/sok/", headers={"X-Request-ID": name}))["X-Request-ID"] == name
    assert [line["request"] for line in written.of("operations.observability.requests")] == names
    assert logs.request_id.get() == ""


@task()
def complain() -> None:
    logging.getLogger("config.test").warning("Done")


def test_the_lines_of_a_task_have_the_id_of_the_request_that_queued_it(written: Written) -> None:
    DBTaskResult.objects.all().delete()
    with logs.with_request_id("4f2a"):
        complain.enqueue()
    complain.enqueue()
    while run_one():
        pass
    assert sorted(line["request"] for line in written.of("config.test")) == ["", "4f2a"]


def test_a_server_error_is_logged_with_its_place_and_without_its_data(
    client: Client, written: Written, broken: Callable
) -> None:
    client.raise_request_exception = False
    broken(IntegrityError("Key (email)=(anna@example.org) already exists."))
    answer = client.get("/sok/?q=hemlighet")
    assert answer.status_code == 500
    (fault,) = written.of("django.request")
    assert fault["level"] == "ERROR"
    assert fault["message"] == "A page broke: search:search"
    assert fault["request"] == answer["X-Request-ID"]
    assert "django.db.utils.IntegrityError" in fault["trace"]
    assert "ValueError\nwhich led to\n" in fault["trace"]
    assert 'views.py", line' in fault["trace"]
    assert "anna@example.org" not in written.getvalue().replace('arguments = \\"anna@example.org\\"', "")
    assert "hemlighet" not in written.getvalue()
    assert written.of("operations.observability.requests")[0]["status"] == 500


def test_an_error_page_shows_the_id_of_its_request(client: Client, broken: Callable) -> None:
    client.raise_request_exception = False
    broken(RuntimeError("no"))
    answer = client.get("/sok/")
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_refusal_is_logged_by_its_code() -> None:
    class Refused(Exception):
        sqlstate = "23505"

    assert logs.class_of(OSError(28, "anna.pdf")) == "OSError (ENOSPC)"
    assert logs.class_of(ConnectionRefusedError(111, "anna")) == "ConnectionRefusedError (ECONNREFUSED)"
    assert logs.class_of(Refused("anna")).endswith("Refused (23505)")
    assert logs.class_of(KeyError("anna")) == "KeyError"


@pytest.mark.parametrize(
    ("logger", "words", "filled_in", "logged"),
    [
        ("allauth.account", "Mail to %s failed", ("anna@example.org",), "Mail to %s failed"),
        ("asyncio", "Task failed\nfuture: anna@example.org", (), "Task failed"),
        (
            "django.security.DisallowedHost",
            "Invalid HTTP_HOST header: '10.1.2.3'",
            (),
            "Refused: DisallowedHost",
        ),
        ("community.live.hub", "Lost: %r", (ConnectionError("anna@example.org"),), "Lost: ConnectionError"),
        ("community.live.hub", "%d sockets are closed", (7,), "7 sockets are closed"),
    ],
)
def test_only_our_own_loggers_keep_the_values_of_a_message(
    written: Written, logger: str, words: str, filled_in: tuple, logged: str
) -> None:
    logging.getLogger(logger).error(words, *filled_in, extra={"user": "anna@example.org"})
    (line,) = written.lines
    assert line["message"] == logged
    assert "anna" not in json.dumps(line)


@override_settings(DEBUG=True)
def test_the_development_log_shows_everything(written: Written) -> None:
    try:
        raise ValueError("the whole story")
    except ValueError:
        logging.getLogger("wagtail").exception("No %s", "page")
    (line,) = written.lines
    assert line["message"] == "No page"
    assert "the whole story" in line["trace"]


def test_production_logs_json_unless_configured_otherwise() -> None:
    assert settings.LOGGING["formatters"]["json"]["()"] == "operations.observability.logs.Json"
    assert settings.LOGGING["loggers"]["uvicorn.access"]["level"] == "CRITICAL"
    assert not settings.LOGGING["loggers"]["django"]["handlers"], "no fault is mailed"


SECRETS = {
    "name": "Asta",
    "family": "Kvarnlund",
    "email": "asta.kvarnlund@example.org",
    "password": "en lång nyckel 17",
    "organisation": "Hemliga föreningen",
    "post": "jag-är-sjuk-idag",
    "search": "ensamkommande",
    "title": "Planritning-för-Asta",
    "address": "203.0.113.77",
    "agent": "Astas-dator",
    "cookie": "astas-kaka",
}


def test_no_log_line_contains_personal_data_or_texts_of_members(
    client: Client,
    written: Written,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable,
) -> None:
    """A day on the site: sign up, sign in, fail to sign in, post, search, with errors everywhere."""
    client.raise_request_exception = False
    client.defaults |= {
        "REMOTE_ADDR": SECRETS["address"],
        "HTTP_X_FORWARDED_FOR": SECRETS["address"],
        "HTTP_USER_AGENT": SECRETS["agent"],
    }
    client.cookies["kaka"] = SECRETS["cookie"]
    signed_up = {
        "first_name": SECRETS["name"],
        "last_name": SECRETS["family"],
        "email": SECRETS["email"],
        "password1": SECRETS["password"],
        "organisation": SECRETS["organisation"],
        "is_new": "on",
        "kind": "civil_society",
        "accepts": "on",
    }

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_signup"), signed_up)
        client.post(reverse("account_signup"), {**signed_up, "kind": ""})
        client.post(reverse("account_logout"))
        client.post(reverse("account_login"), {"login": SECRETS["email"], "password": "fel"})
        client.post(reverse("account_login"), {"login": SECRETS["email"], "password": SECRETS["password"]})
        client.post(reverse("account_reset_password"), {"email": SECRETS["email"]})
        member = Member.objects.filter(email=SECRETS["email"]).first() or MemberFactory(
            email=SECRETS["email"], first_name=SECRETS["name"], last_name=SECRETS["family"]
        )
        client.force_login(member)
        membership = MembershipFactory(member=member)
        project = ProjectFactory(title=SECRETS["title"], organisation=membership.organisation)
        client.get(project.get_absolute_url())
        client.get("/sok/", {"q": SECRETS["search"]})
        client.get(f"/{SECRETS['title']}/")
        client.get(reverse("account_reset_password_from_key", args=["1", "set-password"]))
        client.get(f"/accounts/confirm-email/{SECRETS['cookie']}/")
        client.get("/", headers={"host": f"{SECRETS['name']}.example.org:x"})
        thread = thread_of(project)
        client.post(reverse("discussions:post", args=[thread.pk]), {"text": SECRETS["post"]})
        post_message(thread=thread, actor=member, text=SECRETS["post"])

    def refuse(*asked: Any, **named: Any) -> None:
        raise OSError(111, f"no answer for {SECRETS['email']}: {SECRETS['post']}")

    # Everything that can fail fails, with personal data in the exception.
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    monkeypatch.setattr("search.indexing.sync", refuse)
    while run_one():
        pass
    monkeypatch.setattr("search.views.finder", refuse)
    client.get("/sok/", {"q": SECRETS["search"]})
    Project.objects.filter(pk=project.pk).update(title=SECRETS["title"])
    for name in ("a.b.c", "community.x"):
        try:
            refuse()
        except OSError:
            logging.getLogger(name).exception("It failed")

    logged = written.getvalue()
    assert len(written.lines) > 12
    assert any(line.get("trace") for line in written.lines)
    for what, secret in SECRETS.items():
        assert secret.lower() not in logged.lower(), what
        assert json.dumps(secret)[1:-1] not in logged, what
    for project_or_thread in (f"/{project.pk}/", f"/{thread.pk}/", project.get_absolute_url(), "?q="):
        assert project_or_thread not in logged

"""A kept page is nobody's own, is given to whom it may be given to, and is made anew when the cache is away."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.organisations.models import Organisation
from core import page_cache
from core.cache import FaultTolerantRedisCache
from core.page_cache import GENERATION, PageCacheMiddleware
from knowledge.models import SiteFacts
from tests.factories import MemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def is_kept(response: Any) -> bool:
    return "ETag" in response.headers


@pytest.fixture
def counted() -> tuple[PageCacheMiddleware, list[HttpRequest]]:
    """The middleware around a page that tells whom it was made for."""
    made: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        made.append(request)
        return HttpResponse(f"<p>{len(made)}</p>")

    return PageCacheMiddleware(page), made


asked = RequestFactory()


@pytest.mark.embedded
def test_a_page_is_made_once_for_all_strangers(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
) -> None:
    answer, made = counted
    first, second = answer(asked.get("/")), answer(asked.get("/"))
    assert first.content == second.content == b"<p>1</p>"
    assert dict(first.headers) == dict(second.headers)
    assert len(made) == 1


@pytest.mark.embedded
@pytest.mark.parametrize(
    "other",
    [
        asked.get("/", headers={"host": "other.example"}),
        asked.get("/", secure=True),
        asked.get("/en/"),
        asked.get("/?page=2"),
        asked.get("/", headers={"hx-request": "true"}),
        asked.get("/", headers={"authorization": "Bearer x"}),
        asked.get("/", headers={"cookie": "sessionid=x"}),
        asked.get("/", headers={"cookie": "messages=x"}),
        asked.head("/"),
        asked.post("/"),
    ],
    ids=lambda request: f"{request.method} {request.scheme} {request.get_full_path()} {request.headers}",
)
def test_another_question_gets_another_answer(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]], other: HttpRequest
) -> None:
    answer, _made = counted
    answer(asked.get("/"))
    assert answer(other).content == b"<p>2</p>"
    assert answer(asked.get("/")).content == b"<p>1</p>", "and leaves what was kept as it was"


@pytest.mark.embedded
@pytest.mark.parametrize(
    "change",
    [
        {"status": 404},
        {"status": 302},
        {"content_type": "application/json"},
        {"headers": {"Cache-Control": "no-store"}},
        {"cookie": True},
    ],
    ids=str,
)
def test_what_is_not_a_whole_public_page_is_not_kept(change: dict[str, Any]) -> None:
    made = []

    def page(request: HttpRequest) -> HttpResponse:
        made.append(request)
        answer = {**change}
        cookie = answer.pop("cookie", False)
        response = HttpResponse(str(len(made)), **answer)
        if cookie:
            response.set_cookie("mine", "x")
        return response

    answer = PageCacheMiddleware(page)
    answer(asked.get("/"))
    assert answer(asked.get("/")).content == b"2"


@pytest.mark.embedded
def test_browsers_ask_each_time_and_proxies_keep_nothing(client: Client) -> None:
    first = client.get("/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    member = MemberFactory()
    client.force_login(member)
    own = client.get("/", headers={"if-none-match": first.headers["ETag"]})
    assert own.status_code == 200, "a page of one's own is never the strangers' one"
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert not is_kept(own)


@pytest.mark.embedded
def test_a_member_and_a_stranger_never_see_each_others_page(client: Client) -> None:
    member = MemberFactory(first_name="Berit", last_name="Bergström")
    mine, strange = Client(), client
    mine.force_login(member)
    for _ in range(2):
        assert "Bergström" in mine.get("/").content.decode()
        page = strange.get("/").content.decode()
        assert "Bergström" not in page
        assert "csrfmiddlewaretoken" not in page
    assert is_kept(strange.get("/"))


@pytest.mark.embedded
def test_a_page_with_a_form_is_kept_for_nobody(client: Client) -> None:
    for url in (
        reverse("account_login"),
        reverse("account_signup"),
        reverse("contact:write"),
        reverse("contact:report"),
    ):
        tokens = [Client().get(url).cookies["csrftoken"].value for _ in range(2)]
        assert tokens[0] != tokens[1], url
    client.get(reverse("account_login"))
    assert is_kept(client.get("/")), "a token alone makes nobody known"
    assert not is_kept(client.get(reverse("account_login")))


@pytest.mark.embedded
def test_a_sentence_to_one_reader_is_shown_to_that_reader_and_kept_for_nobody(client: Client) -> None:
    client.get("/")
    client.force_login(MemberFactory())
    told = client.post(reverse("account_logout"), follow=True)
    assert 'class="messages"' in told.content.decode()
    assert not is_kept(told)
    assert 'class="messages"' not in Client().get("/").content.decode()


@pytest.mark.embedded
def test_a_page_drawn_before_a_commit_and_stored_after_it_is_given_to_nobody() -> None:
    words = ["old"]
    overtaken = threading.Event()

    def page(request: HttpRequest) -> HttpResponse:
        said = words[0]
        if not overtaken.is_set():
            overtaken.set()
            words[0] = "new"
            page_cache.raise_generation()
        return HttpResponse(said)

    answer = PageCacheMiddleware(page)
    assert answer(asked.get("/")).content == b"old"
    assert answer(asked.get("/")).content == b"new"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_on_the_real_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """One draws the page while the other changes what it shows; whoever asks after the commit sees the change."""
    page = UseCaseFactory(title="Före")
    drawing, changed = threading.Event(), threading.Event()
    keep = page_cache.keep

    def keep_late(*args: Any) -> None:
        drawing.set()
        assert changed.wait(20)
        keep(*args)

    monkeypatch.setattr(page_cache, "keep", keep_late)
    seen: list[str] = []

    def draw() -> None:
        try:
            seen.append(Client().get(page.url).content.decode())
        finally:
            connection.close()

    reader = threading.Thread(target=draw)
    reader.start()
    assert drawing.wait(20)
    fresh = type(page).objects.get(pk=page.pk)
    fresh.title = "Efter"
    fresh.save_revision().publish()
    changed.set()
    reader.join(20)
    assert "Före" in seen[0]
    assert "Efter" in Client().get(page.url).content.decode()
    assert "Efter" in Client().get(page.url).content.decode()


def undo(name: str) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        SiteFacts.objects.update(operator=name)
        raise ZeroDivisionError


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_throws_nothing_away(client: Client) -> None:
    client.get("/")
    begun = cache.get(GENERATION)
    undo("Ingen")
    assert cache.get(GENERATION) == begun
    with transaction.atomic():
        undo("Ingen")
        SiteFacts.objects.update(operator="Någon")
        assert cache.get(GENERATION) == begun, "not before the commit"
    assert cache.get(GENERATION) != begun
    assert "Någon" in client.get("/om/").content.decode()


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("sql", "seen"),
    [
        ('SELECT "members_member"."id" FROM "members_member" FOR UPDATE', False),
        ('INSERT INTO "organisations_organisation" ("name") VALUES (%s)', True),
        ('INSERT OR IGNORE INTO "projects_project_areas" ("id") VALUES (%s)', True),
        ('DELETE FROM "projects_project" WHERE "projects_project"."id" IN (%s)', True),
        ('WITH gone AS (SELECT 1) UPDATE "wagtailcore_page" SET "title" = %s', True),
        ("UPDATE wagtailcore_page SET path = %s", True),
        ('TRUNCATE "discussions_post"', True),
        ('UPDATE "members_member" SET "last_login" = %s WHERE "members_member"."id" = %s', False),
        ('UPDATE "members_member" SET "first_name" = %s WHERE "members_member"."id" = %s', True),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', False),
        ('UPDATE "django_tasks_database_dbtaskresult" SET "status" = %s', False),
        ("SAVEPOINT x", False),
    ],
)
def test_a_statement_tells_whether_strangers_could_see_of_it(sql: str, seen: bool) -> None:
    assert page_cache.is_seen(sql) is seen


@pytest.mark.embedded
def test_a_cache_that_lost_its_generation_gives_no_old_page(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
) -> None:
    answer, _made = counted
    answer(asked.get("/"))
    cache.delete(GENERATION)
    assert answer(asked.get("/")).content == b"<p>2</p>"


class Away:
    """A cache that does not answer until `is_back`."""

    def __init__(self) -> None:
        self.is_back = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            if self.is_back:
                return getattr(cache, name)(*args, **kwargs)
            return {} if name == "get_many" else None

        return ask


@pytest.mark.embedded
def test_while_the_cache_is_away_pages_are_made_anew_and_what_changed_is_not_forgotten(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    answer, _made = counted
    answer(asked.get("/"))
    away = Away()
    monkeypatch.setattr(page_cache, "cache", away)
    assert answer(asked.get("/")).content == b"<p>2</p>"
    with django_capture_on_commit_callbacks(execute=True):
        Organisation.objects.filter(pk=Organisation.objects.first().pk).update(description="Meanwhile")
    away.is_back = True
    assert answer(asked.get("/")).content == b"<p>3</p>", (
        "the page from before the change is still in the cache"
    )
    assert answer(asked.get("/")).content == b"<p>3</p>"


@pytest.mark.redis
def test_redis_that_goes_and_comes_back_gives_no_old_page(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real one, asked in vain for a while."""
    answer, _made = counted
    assert answer(asked.get("/")).content == answer(asked.get("/")).content == b"<p>1</p>"
    monkeypatch.setattr(FaultTolerantRedisCache.breaker, "cooldown_until", float("inf"))
    assert answer(asked.get("/")).content == b"<p>2</p>"
    page_cache.raise_generation()
    monkeypatch.setattr(FaultTolerantRedisCache.breaker, "cooldown_until", None)
    assert answer(asked.get("/")).content == b"<p>3</p>"
    assert answer(asked.get("/")).content == b"<p>3</p>"

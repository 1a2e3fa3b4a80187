"""A cached page contains nothing personal, is valid until a topic changes, and is not needed when Redis is down."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import update_last_login
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.admin.models import EditingSession

from community.members.services import accept_terms
from community.organisations.models import Organisation
from core import page_cache, row_changes, topics
from core.cache import FaultTolerantRedisCache
from core.page_cache import PageCacheMiddleware, cached_until_changed, worth_keeping
from knowledge.models import OperatorInfo
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def is_kept(response: Any) -> bool:
    return "ETag" in response.headers


@pytest.fixture
def counted() -> tuple[PageCacheMiddleware, list[HttpRequest]]:
    """Return the middleware around a view that records the requests it renders."""
    made: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        made.append(request)
        return HttpResponse(f"<p>{len(made)}</p>")

    return PageCacheMiddleware(page), made


asked = RequestFactory()


@pytest.mark.embedded
def test_a_page_is_rendered_once_for_all_visitors(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
) -> None:
    answer, made = counted
    first, second = answer(asked.get("/")), answer(asked.get("/"))
    assert first.content == second.content == b"<p>1</p>"
    assert dict(first.headers) == dict(second.headers)
    assert len(made) == 1


def test_all_spellings_of_a_host_share_one_page(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
) -> None:
    answer, made = counted
    for host in ("testserver", "TESTSERVER", "testserver.", "testserver:8000"):
        answer(asked.get("/", headers={"host": host}))
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
def test_a_request_with_a_different_query_or_header_gets_a_different_answer(
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
def test_only_complete_public_pages_are_cached(change: dict[str, Any]) -> None:
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
def test_browsers_revalidate_each_time_and_proxies_store_nothing(client: Client) -> None:
    first = client.get("/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    member = MemberFactory()
    client.force_login(member)
    own = client.get("/", headers={"if-none-match": first.headers["ETag"]})
    assert own.status_code == 200, "a member's page is never the visitors' page"
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert not is_kept(own)


@pytest.mark.embedded
def test_a_member_and_a_visitor_never_get_each_others_page(client: Client) -> None:
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
def test_a_page_with_a_form_is_never_cached(client: Client) -> None:
    for url in (
        reverse("account_login"),
        reverse("account_signup"),
        reverse("contact:write"),
        reverse("contact:report"),
    ):
        tokens = [Client().get(url).cookies["csrftoken"].value for _ in range(2)]
        assert tokens[0] != tokens[1], url
    client.get(reverse("account_login"))
    assert is_kept(client.get("/")), "a CSRF token alone identifies no member"
    assert not is_kept(client.get(reverse("account_login")))


@pytest.mark.embedded
def test_a_message_to_one_reader_is_shown_once_and_never_cached(client: Client) -> None:
    client.get("/")
    client.force_login(MemberFactory())
    signed_out = client.post(reverse("account_logout"), follow=True)
    assert 'class="messages"' in signed_out.content.decode()
    assert not is_kept(signed_out)
    assert 'class="messages"' not in Client().get("/").content.decode()


@pytest.mark.embedded
def test_a_page_rendered_before_a_commit_and_stored_after_it_is_never_served() -> None:
    words = ["old"]
    overtaken = threading.Event()

    def page(request: HttpRequest) -> HttpResponse:
        said = words[0]
        if not overtaken.is_set():
            overtaken.set()
            words[0] = "new"
            topics.invalidate_pages()
        return HttpResponse(said)

    answer = PageCacheMiddleware(page)
    assert answer(asked.get("/")).content == b"old"
    assert answer(asked.get("/")).content == b"new"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_page_rendered_during_a_change_is_not_served_after_the_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One thread renders the page while another changes it. Requests after the commit get the new page."""
    page = UseCaseFactory(title="Före")
    rendered, changed = threading.Event(), threading.Event()

    def wait_for_the_change(response: HttpResponse) -> bool:
        rendered.set()
        assert changed.wait(20)
        return worth_keeping(response)

    monkeypatch.setattr(page_cache, "worth_keeping", wait_for_the_change)
    seen: list[str] = []

    def draw() -> None:
        try:
            seen.append(Client().get(page.url).content.decode())
        finally:
            connection.close()

    reader = threading.Thread(target=draw)
    reader.start()
    assert rendered.wait(20)
    fresh = type(page).objects.get(pk=page.pk)
    fresh.title = "Efter"
    fresh.save_revision().publish()
    changed.set()
    reader.join(20)
    assert "Före" in seen[0]
    assert "Efter" in Client().get(page.url).content.decode()
    assert "Efter" in Client().get(page.url).content.decode()


def rename(operator: str) -> None:
    facts = OperatorInfo.load()
    facts.operator = operator
    facts.save()


def undo(name: str) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        rename(name)
        raise ZeroDivisionError


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_invalidates_nothing(client: Client) -> None:
    client.get("/")
    before = topics.versions_of([topics.FRAME])
    assert before
    undo("Ingen")
    assert topics.versions_of([topics.FRAME]) == before
    with transaction.atomic():
        undo("Ingen")
        rename("Någon")
        assert topics.versions_of([topics.FRAME]) == before, "not before the commit"
    assert topics.versions_of([topics.FRAME]) != before
    assert "Någon" in client.get("/om/").content.decode()


def page_with(*used: str, is_complete: bool) -> tuple[PageCacheMiddleware, list[HttpRequest]]:
    """Return the middleware around a view that uses these topics, and the requests it renders."""
    made: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        made.append(request)
        topics.uses(*used)
        if is_complete:
            topics.page_uses()
        return HttpResponse(f"<p>{len(made)}</p>")

    return PageCacheMiddleware(page), made


@pytest.mark.embedded
def test_a_page_is_rendered_again_only_when_one_of_its_topics_changes() -> None:
    answer, made = page_with("project:7", "thread:project:7", is_complete=True)
    answer(asked.get("/"))
    topics.invalidate_now("project:8", "thread:project:8", "list:project")
    answer(asked.get("/"))
    assert len(made) == 1
    for count, topic in enumerate(("project:7", "thread:project:7", *sorted(topics.EVERYWHERE)), start=2):
        topics.invalidate_now(topic)
        answer(asked.get("/"))
        answer(asked.get("/"))
        assert len(made) == count, topic


@pytest.mark.embedded
def test_a_page_without_declared_topics_is_rendered_again_after_every_change() -> None:
    answer, made = page_with("project:7", is_complete=False)
    answer(asked.get("/"))
    topics.invalidate_now("project:8")
    answer(asked.get("/"))
    assert len(made) == 2


@pytest.mark.embedded
def test_a_page_depends_on_the_topics_of_its_cached_parts() -> None:
    words = ["old"]

    def page(request: HttpRequest) -> HttpResponse:
        topics.page_uses()
        return HttpResponse(cached_until_changed("part", lambda: words[0], "part"))

    for host in ("one.example", "two.example"):
        PageCacheMiddleware(page)(asked.get("/", headers={"host": host}))
    words[0] = "new"
    topics.invalidate_now("part")
    for host in ("one.example", "two.example"):
        assert PageCacheMiddleware(page)(asked.get("/", headers={"host": host})).content == b"new"


@pytest.mark.embedded
def test_a_change_during_the_first_rendering_delays_caching_by_one_request() -> None:
    """The topics of the page are not known before, so the change may concern one of them."""
    made: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        made.append(request.path)
        topics.page_uses("project:7")
        topics.invalidate_now("project:8")
        return HttpResponse(f"<p>{len(made)}</p>")

    answer = PageCacheMiddleware(page)
    for body in (b"<p>1</p>", b"<p>2</p>", b"<p>2</p>"):
        assert answer(asked.get("/")).content == body
    assert len(made) == 2


@pytest.mark.embedded
def test_a_cache_hit_takes_one_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _made = page_with("project:7", is_complete=True)
    answer(asked.get("/"))
    calls: list[str] = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(cache, name)

    monkeypatch.setattr(topics, "cache", Counted())
    monkeypatch.setattr(page_cache, "cache", Counted())
    answer(asked.get("/"))
    assert calls == ["get_many"]


@pytest.mark.embedded
def test_another_process_finds_a_cached_page(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _made = page_with("project:7", is_complete=True)
    answer(asked.get("/"))
    monkeypatch.setattr(page_cache, "local_values", page_cache.LocalValues())
    assert answer(asked.get("/")).content == b"<p>1</p>"
    topics.invalidate_now("project:7")
    monkeypatch.setattr(page_cache, "local_values", page_cache.LocalValues())
    assert answer(asked.get("/")).content == b"<p>2</p>"


def raised(write: Callable[[], Any], capture: DjangoCaptureOnCommitCallbacks) -> bool:
    """Return whether the write invalidates all pages."""
    before = topics.versions_of([topics.ANY_CHANGE])
    assert before
    with capture(execute=True):
        write()
    return topics.versions_of([topics.ANY_CHANGE]) != before


@pytest.mark.embedded
def test_a_draft_a_request_and_an_open_editor_invalidate_nothing_public(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    editor, page, project = MemberFactory(is_staff=True), UseCaseFactory(), ProjectFactory()
    waiting, draft = MembershipFactory(waiting=True), UseCaseFactory(live=False)
    content = ContentType.objects.get_for_model(page)
    writes: dict[str, Callable[[], Any]] = {
        "a draft is saved": lambda: page.save_revision(user=editor),
        "a draft of a project is saved": lambda: project.save_revision(user=editor),
        "a page that is not out is saved": lambda: (draft.save(), draft.save_revision(user=editor)),
        "an editor's tab is open": lambda: EditingSession.objects.create(
            user=editor, content_type=content, object_id=str(page.pk), last_seen_at=timezone.now()
        ),
        "somebody asks to join": lambda: MembershipFactory(waiting=True, organisation=waiting.organisation),
        "somebody signs in": lambda: update_last_login(None, editor),
        "a member is new": MemberFactory,
        "terms are accepted": lambda: accept_terms(member=editor, versions=""),
    }
    changed = [what for what, write in writes.items() if raised(write, django_capture_on_commit_callbacks)]
    assert changed == []


MAY_SHOW_ANYWHERE = {
    *("wagtailcore.Locale", "wagtailcore.Site", "wagtailcore.Collection", "wagtailcore.PageViewRestriction"),
    *("wagtailcore.CollectionViewRestriction", "wagtailcore.GroupCollectionPermission"),
    *("wagtailimages.Image", "wagtaildocs.Document", "wagtailembeds.Embed", "knowledge.File"),
}
"""Tables that are written seldom: each write invalidates all pages."""


def test_every_table_declares_the_topics_it_invalidates() -> None:
    """A new model without topics is safe but slow: each write of it invalidates all pages."""
    undeclared = {
        model._meta.label
        for model in apps.get_models()
        if row_changes.is_shown(model) and not row_changes.is_declared(model)
    }
    assert undeclared - MAY_SHOW_ANYWHERE == set()


@pytest.mark.embedded
def test_a_cache_that_lost_its_versions_serves_no_old_page(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
) -> None:
    answer, _made = counted
    answer(asked.get("/"))
    cache.delete(f"{topics.PREFIX}{topics.ALL_PAGES}")
    assert answer(asked.get("/")).content == b"<p>2</p>"


class Away:
    """A cache that raises an error until `is_back`."""

    def __init__(self) -> None:
        self.is_back = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            if self.is_back:
                return getattr(cache, name)(*args, **kwargs)
            unavailable = {"get_many": {}, "set_many": ["every key"]}
            return unavailable.get(name)

        return ask


@pytest.mark.embedded
def test_without_the_cache_pages_are_rendered_and_invalidations_are_remembered(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    answer, _made = counted
    answer(asked.get("/"))
    away = Away()
    monkeypatch.setattr(page_cache, "cache", away)
    monkeypatch.setattr(topics, "cache", away)
    assert answer(asked.get("/")).content == b"<p>2</p>"
    with django_capture_on_commit_callbacks(execute=True):
        Organisation.objects.first().save()
    away.is_back = True
    assert answer(asked.get("/")).content == b"<p>3</p>", (
        "the page from before the change is still in the cache"
    )
    assert answer(asked.get("/")).content == b"<p>3</p>"


@pytest.mark.redis
def test_no_old_page_is_served_after_redis_was_unavailable(
    counted: tuple[PageCacheMiddleware, list[HttpRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uses a real Redis that is unreachable for a while."""
    answer, _made = counted
    assert answer(asked.get("/")).content == answer(asked.get("/")).content == b"<p>1</p>"
    monkeypatch.setattr(FaultTolerantRedisCache.breaker, "cooldown_until", float("inf"))
    assert answer(asked.get("/")).content == b"<p>2</p>"
    topics.invalidate_pages()
    monkeypatch.setattr(FaultTolerantRedisCache.breaker, "cooldown_until", None)
    assert answer(asked.get("/")).content == b"<p>3</p>"
    assert answer(asked.get("/")).content == b"<p>3</p>"

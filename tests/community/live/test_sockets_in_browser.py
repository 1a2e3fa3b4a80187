"""One socket for each tab, and what a browser does when the connection fails."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from community.discussions import services
from community.discussions.models import Thread
from community.discussions.services import thread_of
from community.live import hub
from community.live.publish import audience_changed
from community.members.models import Member
from community.projects.models import Project
from core.audience import STAFF
from tests.factories import MembershipFactory, ProjectFactory
from tests.support.people import signed_in_page
from tests.support.subjects import show_to
from tests.support.threads import new_member

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

LIVE = "[data-live=live]"
BELL = "[data-bell] [data-count]"


@pytest.fixture
def anna(live_site: str) -> Member:
    return MembershipFactory(member__first_name="Anna", member__last_name="Ek").member


@pytest.fixture
def project(anna: Member) -> Project:
    organisation = anna.memberships.get().organisation
    return ProjectFactory(organisation=organisation, author=anna, title="Sopor")


@pytest.fixture
def thread(project: Project) -> Thread:
    return thread_of(project)


class Tab:
    """A page that shows the thread, and the addresses of the sockets that it opened."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.sockets = page, list[str]()
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.goto(address, timeout=30_000)  # The first page of a process compiles its templates.
        page.wait_for_selector(LIVE)


@pytest.fixture
def open_tab(
    live_site: str, new_page: Callable[..., Page], thread: Thread, anna: Member
) -> Callable[..., Tab]:
    def visit(
        context: BrowserContext | None = None, route: Callable[[WebSocketRoute], None] | None = None
    ) -> Tab:
        page = context.new_page() if context else signed_in_page(new_page(), live_site, anna)
        if route:
            page.route_web_socket("**/ws/*", route)
        return Tab(page, live_site + thread.get_absolute_url())

    return visit


def write(thread: Thread, text: str) -> None:
    services.post_message(thread=thread, actor=new_member("Bo"), text=text)


def test_thread_and_bell_share_one_socket_in_each_tab(
    open_tab: Callable[..., Tab], thread: Thread, anna: Member
) -> None:
    first = open_tab()
    second = open_tab(first.page.context)
    write(thread, "Hej!")
    for tab in (first, second):
        expect(tab.page.locator("#post-1")).to_contain_text("Hej!")
        [address] = tab.sockets
        assert address.endswith(f"/ws/?topic=bell%3A{anna.pk}&topic=thread%3A{thread.pk}")


def test_the_count_of_the_bell_arrives_through_the_same_socket(
    open_tab: Callable[..., Tab], project: Project, anna: Member
) -> None:
    tab = open_tab()
    other = ProjectFactory(organisation=project.organisation, author=anna)
    write(thread_of(other), "Elsewhere")
    expect(tab.page.locator(BELL)).to_contain_text("1")
    assert len(tab.sockets) == 1


@pytest.mark.parametrize("is_http_blocked", [False, True])
def test_a_hidden_topic_ends_and_the_bell_still_works(
    open_tab: Callable[..., Tab], thread: Thread, project: Project, anna: Member, is_http_blocked: bool
) -> None:
    tab = open_tab()
    if is_http_blocked:
        tab.page.route("**/changes/*", lambda route: route.fulfill(status=503))
    show_to(project, {STAFF})
    audience_changed("thread", thread.pk)
    expect(tab.page.locator("[data-live=ended]")).to_be_visible()
    assert ("thread" in tab.sockets[-1]) == is_http_blocked, "the HTTP answer comes before the next socket"
    other = ProjectFactory(organisation=project.organisation, author=anna)
    write(thread_of(other), "Elsewhere")
    expect(tab.page.locator(BELL)).to_contain_text("1")


def test_the_next_heartbeat_reveals_a_lost_event(
    open_tab: Callable[..., Tab], thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.5)

    def lose_posts(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(
            lambda frame: None if json.loads(frame)["type"] == "post_published" else socket.send(frame)
        )

    tab = open_tab(route=lose_posts)
    write(thread, "Lost on the way")
    expect(tab.page.locator("#post-1")).to_contain_text("Lost on the way")


def test_a_socket_without_heartbeats_is_replaced_and_missed_posts_are_shown(
    open_tab: Callable[..., Tab], thread: Thread, new_page: Callable[..., Page]
) -> None:
    """This happens after a laptop slept, or when a router dropped the connection."""
    opened = []

    def fall_silent(socket: WebSocketRoute) -> None:
        opened.append(socket)
        server = socket.connect_to_server()
        if len(opened) == 1:
            server.on_message(
                lambda frame: (
                    socket.send(frame) if json.loads(frame)["type"] == "ready" and not silent else None
                )
            )

    silent: list[bool] = []
    tab = open_tab(route=fall_silent)
    silent.append(True)
    tab.page.clock.install()
    write(thread, "Missed")
    tab.page.evaluate("0")
    assert tab.page.locator("#post-1").count() == 0
    tab.page.clock.fast_forward(26_000)
    expect(tab.page.locator("#post-1")).to_contain_text("Missed")
    tab.page.wait_for_selector(LIVE)
    assert len(opened) == 2


def test_an_offline_browser_shows_reconnecting_and_reconnects_automatically(
    open_tab: Callable[..., Tab], thread: Thread
) -> None:
    tab = open_tab()
    tab.page.context.set_offline(True)
    expect(tab.page.locator("[data-live=reconnecting]")).to_be_visible()
    write(thread, "Meanwhile")
    tab.page.context.set_offline(False)
    expect(tab.page.locator("#post-1")).to_contain_text("Meanwhile")
    tab.page.wait_for_selector(LIVE)

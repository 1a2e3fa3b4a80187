"""Notices in real browsers: the bell updates live, and everything works by keyboard and without scripts."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.notifications.models import Inbox, Mute
from community.notifications.services import renew_feed
from community.projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory
from tests.support.axe import accessibility_faults
from tests.support.people import signed_in_page
from tests.support.threads import new_member

pytestmark = pytest.mark.browser

COUNT = "[data-bell] [data-count]"


@pytest.fixture
def project(live_site: str) -> Project:
    membership = MembershipFactory(member__first_name="Anna", member__last_name="Ek")
    return ProjectFactory(organisation=membership.organisation, author=membership.member, title="Sopor")


@pytest.fixture
def open_as(live_site: str, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page of the site in a separate browser, signed in."""

    def visit(member: Member, path: str, **options: object) -> Page:
        page = signed_in_page(new_page(**options), live_site, member)
        page.goto(live_site + path, timeout=30_000)  # The first page of a process compiles its templates.
        return page

    return visit


def write(project: Project, author: Member, text: str = "Hej!") -> None:
    post_message(thread=thread_of(project), actor=author, text=text)


@pytest.mark.embedded
def test_the_bell_updates_in_another_browser_and_is_announced_politely(
    open_as: Callable[..., Page], project: Project
) -> None:
    anna, bo = open_as(project.author, "/om/"), open_as(new_member("Bo"), project.get_absolute_url())
    expect(anna.locator(COUNT)).to_be_hidden()
    bo.locator("[data-composer] textarea").fill("Hur gick det?")
    bo.locator("[data-composer] button").click()
    expect(anna.locator(COUNT)).to_be_visible()
    expect(anna.locator(COUNT)).to_contain_text("1")
    expect(anna.locator("[data-bell-news]")).to_contain_text("1")
    assert anna.locator("[data-bell-news]").get_attribute("role") == "status"
    expect(bo.locator(COUNT)).to_be_hidden()


def test_the_bell_does_not_count_posts_of_the_open_thread(
    open_as: Callable[..., Page], project: Project
) -> None:
    reading = open_as(project.author, f"{project.get_absolute_url()}#thread")
    elsewhere = open_as(project.author, "/om/")
    reading.wait_for_selector("[data-live=live]")
    reading.locator("#thread").scroll_into_view_if_needed()
    reading.bring_to_front()
    with reading.expect_response(lambda answer: answer.url.endswith("/see/")) as seen:
        write(project, new_member("Bo"))
    assert seen.value.json()["unseen"] == 0
    expect(reading.locator("#post-1")).to_be_visible()
    expect(reading.locator(COUNT)).to_be_hidden()
    expect(elsewhere.locator(COUNT)).to_be_hidden()


def test_a_reconnected_bell_fetches_what_it_missed(open_as: Callable[..., Page], project: Project) -> None:
    anna = open_as(project.author, "/om/")
    anna.context.set_offline(True)
    write(project, new_member("Bo"))
    anna.context.set_offline(False)
    expect(anna.locator(COUNT)).to_be_visible()


def test_a_member_mutes_and_unmutes_a_subject_by_keyboard(
    open_as: Callable[..., Page], project: Project
) -> None:
    write(project, new_member("Bo"))
    anna = open_as(project.author, "/om/")
    expect(anna.locator(COUNT)).to_be_visible()
    anna.locator("[data-bell]").focus()
    anna.keyboard.press("Enter")
    expect(anna.locator("main .notice")).to_have_count(1)
    anna.locator("main .notice button").focus()
    anna.keyboard.press("Enter")
    undo = anna.locator("main .message .link-button")
    expect(undo).to_be_visible()
    assert Mute.objects.count() == 1
    undo.focus()
    anna.keyboard.press("Enter")
    expect(anna.locator("main .message")).to_be_visible()
    expect(undo).to_have_count(0)
    assert Mute.objects.count() == 0
    anna.locator("main .notice a").focus()
    anna.keyboard.press("Enter")
    expect(anna.locator("#post-1")).to_be_visible()


def test_without_scripts_the_bell_is_a_link_and_reading_marks_as_read(
    open_as: Callable[..., Page], project: Project
) -> None:
    bo = new_member("Bo")
    anna = open_as(project.author, "/om/", java_script_enabled=False)

    elsewhere = anna.url

    def wait_for_the_bell(text: str) -> None:
        anna.goto(elsewhere)
        write(project, bo, text)
        deadline = time.monotonic() + 30
        while not anna.locator(COUNT).is_visible():
            assert time.monotonic() < deadline
            anna.reload()
        expect(anna.locator(COUNT)).to_contain_text("1")
        anna.locator("[data-bell]").click()

    read_all = anna.locator("main form[action*='lasta'] button")
    wait_for_the_bell("Hej!")
    anna.locator("main .notice a").click()
    expect(anna.locator("#post-1")).to_be_visible()
    expect(anna.locator(COUNT)).to_be_hidden()
    wait_for_the_bell("Och hej igen!")
    read_all.click()
    expect(anna.locator(".messages")).to_be_visible()
    expect(anna.locator(COUNT)).to_be_hidden()
    expect(read_all).to_be_hidden()
    anna.locator("main a.button").first.click()
    anna.locator("[name=frequency]").select_option("weekly")
    anna.locator("main .form-actions button").click()
    expect(anna.locator("[name=frequency]")).to_have_value("weekly")


@pytest.fixture
def feed(project: Project) -> str:
    """Return the path of Anna's private feed."""
    renew_feed(member_id=project.author_id)
    return reverse("notifications:feed", args=[Inbox.objects.get(pk=project.author_id).feed_token])


def test_the_address_of_the_feed_is_copied_by_keyboard_and_a_message_confirms_it(
    open_as: Callable[..., Page], project: Project, feed: str
) -> None:
    anna = open_as(project.author, reverse("notifications:settings"), viewport={"width": 360, "height": 800})
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button, said = anna.locator("[data-copy]"), anna.locator("[data-copied]")
    box = button.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    expect(said).to_have_attribute("role", "status")
    expect(said).to_be_empty()
    button.focus()
    anna.keyboard.press("Enter")
    expect(said).not_to_be_empty()
    assert anna.evaluate("navigator.clipboard.readText()").endswith(feed)
    assert accessibility_faults(anna) == []
    expect(button).to_be_focused()


def test_the_address_is_selected_if_the_browser_refuses_to_copy_it(
    open_as: Callable[..., Page], project: Project, feed: str
) -> None:
    anna = open_as(project.author, reverse("notifications:settings"))
    anna.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    anna.locator("[data-copy]").click()
    expect(anna.locator("[data-copied]")).not_to_be_empty()
    chosen = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert anna.locator("#feed-address").evaluate(chosen).endswith(feed)


@pytest.mark.parametrize("without", ["scripts", "clipboard"])
def test_without_scripts_or_clipboard_only_the_address_is_shown(
    open_as: Callable[..., Page], project: Project, feed: str, without: str
) -> None:
    anna = open_as(project.author, "/om/", java_script_enabled=without == "clipboard")
    anna.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    anna.goto(anna.url.removesuffix("/om/") + reverse("notifications:settings"))
    assert anna.locator("#feed-address").input_value().endswith(feed)
    expect(anna.locator("[data-copy]")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1280)])
def test_the_pages_of_notices_are_accessible(
    open_as: Callable[..., Page], project: Project, scheme: str, width: int
) -> None:
    write(project, new_member("Bo"))
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    anna = open_as(project.author, "/om/", **options)
    expect(anna.locator(COUNT)).to_be_visible()
    site = anna.url.removesuffix("/om/")
    for name in ("notices", "settings"):
        anna.goto(site + reverse(f"notifications:{name}"))
        assert accessibility_faults(anna) == []
        anna.set_viewport_size({"width": 320, "height": 800})
        assert anna.evaluate("document.documentElement.scrollWidth") <= 320
        anna.set_viewport_size({"width": width, "height": 800})

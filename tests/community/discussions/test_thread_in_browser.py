"""A thread in the browsers of two members."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from community.discussions import services
from community.discussions.models import Thread
from community.members.models import Member
from tests.support.axe import accessibility_faults
from tests.support.threads import new_member, new_thread

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

LIVE = "[data-live=live]"


@pytest.fixture
def thread(live_site: str) -> Thread:
    return new_thread()


@pytest.fixture
def open_as(live_site: str, new_page: Callable[..., Page], thread: Thread) -> Callable[..., Page]:
    """Return a function that opens the thread in a new browser, signed in as the member if there is one."""

    def visit(member: Member | None = None, **options: object) -> Page:
        page = new_page(**options)
        if member:
            sign_in(page.context, live_site, member)
        page.goto(f"{live_site}{thread.get_absolute_url()}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector(LIVE)
        return page

    return visit


def sign_in(context: BrowserContext, site: str, member: Member) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def write(page: Page, text: str) -> None:
    page.locator("[data-composer] textarea").fill(text)
    page.locator("[data-composer] button").click()


def numbers(page: Page) -> list[str]:
    return [str(one.get_attribute("data-number")) for one in page.locator("article.post").all()]


def test_a_post_in_one_browser_appears_in_another_without_a_reload(open_as: Callable[..., Page]) -> None:
    anna, bo, public = open_as(new_member("Anna")), open_as(new_member("Bo")), open_as()
    write(anna, "Is anybody *here*?")
    for page in (bo, public):
        post = page.locator("#post-1")
        expect(post.locator("em")).to_have_text("here")
        expect(post.locator(".post-author")).to_have_text("Anna Ek")
        expect(post.locator("[data-action]")).to_have_count(0)
        expect(page.locator("[data-news]")).to_contain_text("Anna Ek")
    expect(anna.locator("#post-1 [data-action]")).to_have_count(2)
    expect(anna.locator("textarea")).to_have_value("")
    write(bo, "I am.")
    expect(anna.locator("#post-2")).to_contain_text("I am.")
    for page in (anna, bo, public):
        expect(page.locator("article.post")).to_have_count(2)
        assert numbers(page) == ["1", "2"]
    written = anna.locator("#post-1").evaluate("post => post.outerHTML")
    anna.reload()
    assert anna.locator("#post-1 [data-action=edit]").get_attribute("href") in written


def test_a_text_posted_after_the_session_ended_is_in_the_composer_after_signing_in(
    open_as: Callable[..., Page], live_site: str, thread: Thread
) -> None:
    author = new_member("Anna")
    anna = open_as(author)
    anna.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    write(anna, "A long thought")
    expect(anna.locator(".field-error a[href*='next=']")).to_be_visible()
    expect(anna.locator("[data-composer] textarea")).to_have_value("A long thought")
    assert not thread.posts.exists()
    sign_in(anna.context, live_site, author)
    anna.goto(f"{live_site}{thread.get_absolute_url()}")
    expect(anna.locator("[data-composer] textarea")).to_have_value("A long thought")


def test_edits_removals_and_locking_appear_without_a_reload(
    open_as: Callable[..., Page], thread: Thread
) -> None:
    author = new_member("Anna")
    services.post_message(thread=thread, actor=author, text="First words")
    services.post_message(thread=thread, actor=author, text="Regretted")
    anna, bo = open_as(author), open_as(new_member("Bo"))
    anna.click("#post-1 [data-action=edit]")
    anna.locator("#post-1 textarea").fill("Better words")
    anna.locator("#post-1 form button").click()
    expect(bo.locator("#post-1")).to_contain_text("Better words")
    expect(bo.locator("#post-1 .post-when > span")).to_have_count(1)
    anna.click("#post-2 [data-action=remove]")
    anna.locator("#post-2 form button").click()
    expect(bo.locator("#post-2.post-removed")).to_be_visible()
    expect(bo.locator("body")).not_to_contain_text("Regretted")
    eva = open_as(new_member("Eva", is_staff=True))
    eva.locator("form[action*='lock'] button").click()
    expect(bo.locator("[data-composer]")).to_be_hidden()


def test_each_change_is_shown_once_after_a_lost_connection(
    open_as: Callable[..., Page], thread: Thread
) -> None:
    author = new_member("Anna")
    services.post_message(thread=thread, actor=author, text="Before")
    bo = open_as(new_member("Bo"))
    bo.context.set_offline(True)
    expect(bo.locator("[data-live=reconnecting]")).to_be_visible()
    anna = open_as(author)
    for text in ("One", "Two", "Three"):
        write(anna, text)
        expect(anna.locator("textarea")).to_have_value("")
    anna.click("#post-1 [data-action=edit]")
    anna.locator("#post-1 textarea").fill("Before, edited")
    anna.locator("#post-1 form button").click()
    anna.click("#post-3 [data-action=remove]")
    anna.locator("#post-3 form button").click()
    expect(anna.locator("#post-3.post-removed")).to_be_attached()
    assert numbers(bo) == ["1"]
    bo.context.set_offline(False)
    expect(bo.locator("#post-4")).to_be_attached()
    expect(bo.locator("#post-1")).to_contain_text("Before, edited")
    expect(bo.locator("#post-3.post-removed .post-head")).to_have_count(0)
    bo.wait_for_selector(LIVE)
    assert numbers(bo) == ["1", "2", "3", "4"]


def test_a_draft_survives_a_reload_and_a_failed_request(open_as: Callable[..., Page]) -> None:
    anna = open_as(new_member("Anna"))
    anna.locator("textarea").press_sequentially("Half a thou")
    anna.reload()
    expect(anna.locator("textarea")).to_have_value("Half a thou")
    anna.context.set_offline(True)
    anna.locator("[data-composer] button").click()
    expect(anna.locator(".field-error")).to_be_visible()
    expect(anna.locator("textarea")).to_have_value("Half a thou")
    anna.context.set_offline(False)
    anna.locator("[data-composer] button").click()
    expect(anna.locator("#post-1")).to_contain_text("Half a thou")
    expect(anna.locator(".field-error")).to_have_count(0)


def test_the_text_stays_in_the_composer_when_the_site_answers_503(open_as: Callable[..., Page]) -> None:
    anna = open_as(new_member("Anna"))
    unavailable = "<h1>Not answering just now</h1>"
    anna.route(
        "**/posts/", lambda route: route.fulfill(status=503, content_type="text/html", body=unavailable)
    )
    write(anna, "Worth keeping")
    expect(anna.get_by_role("alert")).to_contain_text("finns kvar")
    expect(anna.locator("[data-composer] textarea")).to_have_value("Worth keeping")
    anna.unroute("**/posts/")
    anna.locator("[data-composer] button").click()
    expect(anna.locator("#post-1")).to_contain_text("Worth keeping")


def test_the_error_message_disappears_when_the_browser_is_online_again(open_as: Callable[..., Page]) -> None:
    anna = open_as(new_member("Anna"))
    anna.context.set_offline(True)
    write(anna, "Worth keeping")
    expect(anna.get_by_role("alert")).to_contain_text("finns kvar")
    anna.context.set_offline(False)
    expect(anna.get_by_role("alert")).to_have_count(0)
    expect(anna.locator("[data-composer] textarea")).to_have_value("Worth keeping")
    expect(anna.locator("[data-composer] textarea")).not_to_have_attribute("aria-invalid", "true")


def test_a_reader_further_up_gets_a_button_to_the_new_post_and_is_not_scrolled(
    open_as: Callable[..., Page], thread: Thread
) -> None:
    author = new_member("Anna")
    for number in range(30):
        services.post_message(thread=thread, actor=author, text=f"Post {number}")
    bo, anna = open_as(new_member("Bo")), open_as(author)
    bo.locator("#post-2").scroll_into_view_if_needed()
    before = bo.locator("#post-3").bounding_box()
    write(anna, "Something new")
    pill = bo.locator("[data-pill]")
    expect(pill).to_be_visible()
    assert bo.locator("#post-3").bounding_box() == before
    pill.click()
    expect(bo.locator("#post-31")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_a_post_is_edited_and_removed_in_place(open_as: Callable[..., Page]) -> None:
    anna, bo = open_as(new_member("Anna")), open_as(new_member("Bo"))
    write(anna, "First words")
    post, same = anna.locator("#post-1"), bo.locator("#post-1")
    expect(same).to_contain_text("First words")
    address = anna.url
    post.locator("[data-action=edit]").click()
    field = post.locator("textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value("First words")
    expect(post.locator(".post-body")).to_be_hidden()
    assert accessibility_faults(anna) == []
    field.fill("Half a thought")
    post.locator("[data-cancel]").click()
    expect(post.locator(".post-body")).to_contain_text("First words")
    expect(post.locator("[data-action=edit]")).to_be_focused()

    post.locator("[data-action=edit]").click()
    post.locator("textarea").fill(" ")
    post.locator(".button-primary").click()
    expect(post.locator(".field-error")).to_be_visible()
    post.locator("textarea").fill("**Better** words")
    post.locator(".button-primary").click()
    expect(post.locator("strong")).to_have_text("Better")
    expect(post.locator("form")).to_have_count(0)
    expect(post.locator("[data-action=edit]")).to_be_focused()
    expect(same.locator("strong")).to_have_text("Better")

    post.locator("[data-action=remove]").click()
    expect(post.locator("h4")).to_be_focused()
    expect(post.locator("strong")).to_be_visible()
    assert accessibility_faults(anna) == []
    post.locator("[data-cancel]").click()
    expect(post.locator("[data-action=remove]")).to_be_focused()
    post.locator("[data-action=remove]").click()
    post.locator(".button-primary").click()
    expect(post.locator("strong")).to_have_count(0)
    expect(post.locator(".post-actions")).to_have_count(0)
    expect(same.locator("strong")).to_have_count(0)
    assert anna.url == address


def test_removing_a_post_that_is_being_edited_removes_its_form(
    open_as: Callable[..., Page], thread: Thread
) -> None:
    anna = open_as(new_member("Anna"))
    write(anna, "Soon gone")
    post = anna.locator("#post-1")
    post.locator("[data-action=edit]").click()
    expect(post.locator("textarea")).to_be_visible()
    services.remove_post(post=thread.posts.get(), actor=new_member("Eva", is_staff=True))
    expect(post.locator("form")).to_have_count(0)
    expect(post).to_have_class(re.compile("post-removed"))


def test_server_and_browser_format_times_the_same_way(open_as: Callable[..., Page], thread: Thread) -> None:
    anna = open_as(new_member("Anna"), timezone_id="Europe/Stockholm")
    write(anna, "Now")
    inserted = anna.locator("#post-1 time")
    expect(inserted).to_have_text(re.compile(r"^i dag \d\d\.\d\d$"))
    shown = inserted.inner_text()
    reader = open_as(java_script_enabled=False)
    expect(reader.locator("#post-1 time")).to_have_text(shown)


def test_without_javascript_a_reload_shows_new_posts(open_as: Callable[..., Page], thread: Thread) -> None:
    anna = open_as(new_member("Anna"), java_script_enabled=False)
    bo = open_as(java_script_enabled=False)
    write(anna, "By post")
    expect(anna.locator("#post-1")).to_contain_text("By post")
    bo.reload()
    expect(bo.locator("#post-1")).to_contain_text("By post")
    expect(bo.locator("[data-composer]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_thread_is_accessible(open_as: Callable[..., Page], scheme: str) -> None:
    anna = open_as(new_member("Anna"), color_scheme=scheme)
    write(anna, "Hello")
    expect(anna.locator("#post-1")).to_be_visible()
    assert accessibility_faults(anna) == []

"""The browser asks before a form with unsaved text is left. A question is shown only when it must be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Scene
from tests.support.people import fill_card

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FORMS = {
    "project": ("member", "/projekt/skriv/", "title"),
    "use case": ("member", "/projekt/skriv-anvandningsfall/", "title"),
    "organisation": ("admin", "/organisationer/granvik/redigera/", "description"),
    "message to staff": ("anyone", "/skriv-till-oss/", "text"),
    "post": ("member", "project", "text"),
    "changed post": ("member", "edit post", "text"),
}


@pytest.fixture
def open_form(scene: Scene) -> Iterator[Callable[[str, str], Page]]:
    """Open a page by role and by address or name. Unlike `open_page`, ignore errors in the console: leaving a page at
    once closes its socket before it is open."""
    pages: list[Page] = []

    def visit(role: str, path: str) -> Page:
        pages.append(scene.contexts[role].new_page())
        pages[-1].goto(scene.site + scene.path(path))
        return pages[-1]

    yield visit
    for page in pages:
        page.close()


def asks_before_leaving(page: Page) -> bool:
    """Click a link, and stay on the page if the browser asks."""
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.locator(".masthead .wordmark").click(no_wait_after=True)
    return asked.value.type == "beforeunload"


@pytest.mark.parametrize("form", FORMS)
def test_leaving_a_form_with_unsaved_text_needs_confirmation(
    form: str, open_form: Callable[[str, str], Page]
) -> None:
    role, path, field = FORMS[form]
    page = open_form(role, path)
    page.locator(f"main form[data-guard] [name={field}]").fill("Ord som ingen annan har")
    assert asks_before_leaving(page)
    expect(page.locator(f"main form[data-guard] [name={field}]")).to_have_value("Ord som ingen annan har")


@pytest.mark.parametrize("form", FORMS)
def test_a_form_without_new_text_is_left_without_a_question(
    form: str, open_form: Callable[[str, str], Page]
) -> None:
    role, path, field = FORMS[form]
    page = open_form(role, path)
    box = page.locator(f"main form[data-guard] [name={field}]")
    before = box.input_value()
    box.fill("Ord")
    box.fill(before)
    page.locator(".masthead .wordmark").click()
    expect(page.locator(".home-hero")).to_be_visible()


def test_sending_asks_nothing_and_a_form_returned_by_the_server_counts_as_unsaved(
    open_form: Callable[[str, str], Page], scene: Scene
) -> None:
    page = open_form("member", "/projekt/skriv/")
    fill_card(page, scene.site, "Ett stoppat projekt")
    page.locator("[name=stage]").select_option("paused")
    page.locator("main form [name=draft]").click()
    expect(page.locator(".field-wrong [name=stop_reason]")).to_be_visible()
    assert asks_before_leaving(page)
    page.locator("[name=stop_reason]").fill("Pengarna tog slut.")
    page.locator("main form [name=draft]").click()
    expect(page.locator("h1")).to_have_text("Ett stoppat projekt")


@pytest.mark.parametrize("path", ["/projekt/skriv/", "/projekt/skriv-anvandningsfall/"])
def test_the_reason_is_asked_for_only_when_the_stage_is_stopped(
    path: str, open_form: Callable[[str, str], Page]
) -> None:
    page = open_form("member", path)
    why = page.locator("[name=stop_reason]")
    expect(why).to_be_hidden()
    page.locator("[name=stage]").select_option("retired")
    expect(why).to_be_visible()
    page.locator("[name=stage]").select_option("pilot")
    expect(why).to_be_hidden()

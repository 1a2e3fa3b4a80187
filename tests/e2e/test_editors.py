"""An editor's work in the browser: open the admin, write, preview, translate, publish both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.support.people import sign_in
from tests.support.served import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

EDITOR = "redaktor@samverka.example"
"""A member of the group Redaktörer, not a superuser: `tests/demonstration/test_load_accounts.py`."""
SWEDISH, ENGLISH = "Börja med en fråga", "Begin with a question"
SUMMARY = "Kommuner kommer igång snabbare."


def test_an_editor_writes_previews_translates_and_publishes(
    embedded_site: Site, new_page: Callable[..., Page]
) -> None:
    embedded_site.start()
    site = embedded_site.address
    editor, reader = new_page(viewport={"width": 1280, "height": 900}), new_page()
    sign_in(editor, site, EDITOR)
    goes_to_the_admin(editor, site)
    writes(editor, site)
    expect(preview(editor).locator("h1")).to_have_text(SWEDISH)
    expect(preview(editor).locator(".lede")).to_have_text(SUMMARY)
    publishes(editor)
    reader.goto(f"{site}/artiklar/")
    expect(reader.get_by_role("link", name=SWEDISH)).to_be_visible()
    reader.goto(f"{site}/en/articles/")
    expect(reader.locator("article", has_text=SWEDISH)).to_contain_text("In Swedish")
    translates(editor, site)
    reader.goto(f"{site}/en/articles/")
    reader.get_by_role("link", name=ENGLISH).click()
    expect(reader.locator("h1")).to_have_text(ENGLISH)
    expect(reader.locator(".tags")).to_contain_text("Education")
    reader.locator(".masthead [hreflang=sv]").click()
    expect(reader.locator("h1")).to_have_text(SWEDISH)
    assert embedded_site.faults == []


def goes_to_the_admin(editor: Page, site: str) -> None:
    editor.goto(f"{site}/")
    editor.get_by_role("button", name="Mina sidor").click()
    editor.locator("#member-menu").get_by_role("link", name="Redaktionen").click()
    editor.wait_for_url("**/admin/")


def writes(editor: Page, site: str) -> None:
    """Write a new article in the section that the site's own link leads to."""
    editor.goto(f"{site}/artiklar/")
    editor.locator("main").get_by_role("link", name="Redigera").click()
    section = editor.url.rstrip("/").split("/")[-2]
    editor.goto(f"{site}/admin/pages/add/knowledge/articlepage/{section}/")
    editor.locator("[name=title]").fill(SWEDISH)
    editor.locator("[name=summary]").fill(SUMMARY)
    editor.locator("[name=areas]").select_option(label="Utbildning")


def preview(editor: Page) -> FrameLocator:
    """Return the panel beside the form. It opens once and stays open."""
    panel = editor.locator("[data-side-panel=preview]")
    if not panel.is_visible():
        editor.locator("[data-side-panel-toggle=preview]").first.click()
    return editor.frame_locator("#w-preview-iframe")


def publishes(editor: Page) -> None:
    editor.locator(".footer [data-w-dropdown-target=toggle]").click()
    editor.locator("[name=action-publish]").click()
    expect(editor.locator(".messages")).to_contain_text(SWEDISH)


def translates(editor: Page, site: str) -> None:
    editor.goto(f"{site}/artiklar/")
    editor.get_by_role("link", name=SWEDISH).click()
    editor.locator("main").get_by_role("link", name="Redigera").click()
    editor.locator("header [data-w-dropdown-target=toggle]").first.click()
    editor.get_by_role("link", name="Översätt den här sidan").click()
    editor.locator("[name=locales]").check()
    editor.locator("main form [type=submit]").last.click()
    translate_one(editor, SWEDISH, ENGLISH)
    translate_one(editor, SUMMARY, "Municipalities get going sooner.")
    editor.get_by_role("button", name="Publicera på").click()
    expect(editor.locator(".messages")).to_contain_text(ENGLISH)


def translate_one(editor: Page, text: str, translation: str) -> None:
    """Open a segment, write and save it; then the segment shows the translation."""
    button = editor.get_by_role("button", name="Översätt")
    segment = editor.locator("li, div").filter(has_text=text).filter(has=button).last
    segment.get_by_role("button", name="Översätt").click()
    box = editor.locator("textarea, [contenteditable=true]").last
    box.fill(translation)
    editor.get_by_role("button", name="Spara").first.click()
    expect(editor.get_by_text(translation).first).to_be_visible()

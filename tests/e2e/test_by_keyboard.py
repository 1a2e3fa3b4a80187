"""Everything can be reached and done with the keyboard alone, and the focus is always visible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demonstration.accounts import PASSWORD
from tests.e2e.conftest import Scene

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const box = element.getBoundingClientRect();
  const outlined = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  return {
    what: element.outerHTML.slice(0, 120),
    marked: outlined(element) || outlined(element.closest(".card") ?? element),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""
MOST_STEPS = 150


def steps(page: Page) -> list[str]:
    """Return the elements that Tab reaches, once around the page. Each must be visible and marked."""
    passed: list[str] = []
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            return passed
        assert focus["marked"], focus["what"]
        assert focus["seen"], focus["what"]
        passed.append(focus["what"])
    pytest.fail(f"The keyboard never gets out again: {passed[-3:]}")


@pytest.mark.parametrize("path", ["/accounts/signup/", "/sok/?q=chatbot", "own project"])
def test_the_tab_key_reaches_everything_and_the_focus_is_visible(
    open_page: Callable[[str, str], Page], path: str
) -> None:
    page = open_page("member" if path == "own project" else "anyone", path)
    page.set_viewport_size({"width": 1280, "height": 800})
    reached = steps(page)
    assert "skip-link" in reached[0]
    assert any('name="q"' in each for each in reached)


def test_the_skip_link_leads_past_the_header(open_page: Callable[[str, str], Page]) -> None:
    page = open_page("anyone", "/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#home-search")).to_be_focused()


def test_a_visitor_joins_and_posts_a_project_by_keyboard(scene: Scene, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{scene.site}/accounts/signup/")
    page.locator("[name=first_name]").focus()
    for text in ("Disa", "Lund", "disa@lund.example", PASSWORD, "Lunds lärcirkel"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("civils")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.locator("[name=accepts]")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("main form button[type=submit]")).to_be_focused()
    page.keyboard.press("Enter")
    page.goto(scene.served.link_mailed_to("disa@lund.example"))
    page.locator("main form button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main .steps")).to_be_attached()
    menu = page.locator("[popovertarget=member-menu]")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#member-menu")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main form [name=title]")).to_be_visible()
    page.locator("main form [name=title]").focus()
    page.keyboard.type("Läsa högt för den som inte ser")
    page.locator("main form [name=stage]").focus()
    page.keyboard.press("ArrowDown")
    page.locator("main form [name=publish]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Läsa högt för den som inte ser")
    expect(page.locator("main")).to_contain_text("Lunds lärcirkel")

"""Search in the browser: filters act at once, and every search field shows suggestions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Scene
from tests.support.axe import accessibility_faults

pytestmark = pytest.mark.browser

Opens = Callable[[str, str], Page]
FIELDS = (
    ("/", "#masthead-search"),
    ("/", "#home-search"),
    ("/sok/?q=kommun", "#search-text"),
)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def address(link: Locator) -> str:
    return str(link.evaluate("one => one.href"))


def arrived(page: Page, at: str) -> None:
    """Wait until the conversation's socket is open. Closing the page earlier would log an error in the console."""
    expect(page).to_have_url(at)
    expect(page.locator("[data-live=live]")).to_be_attached()


def suggestions(page: Page, field: str) -> Locator:
    """Return the suggestions below the field after “cha” is typed."""
    page.locator(field).fill("")
    page.locator(field).press_sequentially("cha")
    options = page.locator(f"{field}-suggestions [role=option]")
    expect(options.first).to_be_visible()
    return options


def test_a_ticked_box_filters_at_once_and_changes_the_address(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun")
    before = page.locator("[data-count]").inner_text()
    page.locator("#facet-stage-pilot").check()
    expect(page.locator("[data-news]")).to_contain_text("kommun")
    after = page.locator("[data-count]").inner_text()
    assert after != before
    assert page.locator("[data-news]").inner_text() == after
    assert page.url.endswith("?q=kommun&stage=pilot")
    assert focused(page) == "facet-stage-pilot"
    expect(page.locator("#found .kicker", has_text="Pilot")).to_have_count(
        page.locator("#found article").count()
    )
    expect(page.locator("#show-results")).to_be_hidden()


def test_a_ticked_box_also_filters_the_page_in_the_other_language(open_page: Opens) -> None:
    page = open_page("anyone", "/projekt/")
    page.locator("#facet-area-07").check()
    expect(page).to_have_url(re.compile("area=07$"))
    english = page.locator("a[hreflang=en]").first
    expect(english).to_have_attribute("href", re.compile(r"/en/projects/\?area=07$"))


def test_a_ticked_box_keeps_its_position_on_the_screen(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun")
    box = page.locator("#facet-stage-in_use")
    box.evaluate("it => scrollTo(0, it.getBoundingClientRect().top + scrollY - 300)")
    box.check()
    expect(page).to_have_url(re.compile("stage=in_use$"))
    expect(page.locator("[data-news]")).not_to_be_empty()
    assert abs(box.evaluate("it => it.getBoundingClientRect().top") - 300) < 50


def test_the_back_button_restores_the_earlier_results(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun")
    before = page.locator("[data-count]").inner_text()
    page.locator("#facet-kind-guide").check()
    expect(page).to_have_url(re.compile("kind=guide$"))
    page.go_back()
    expect(page.locator("[data-count]")).to_have_text(before)
    expect(page.locator("#facet-kind-guide")).not_to_be_checked()
    page.go_forward()
    expect(page.locator("#facet-kind-guide")).to_be_checked()
    expect(page.locator("[data-count]")).not_to_have_text(before)


def test_a_chip_removes_its_filter(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun&kind=guide&stage=")
    page.locator(".tag-remove").click()
    expect(page).to_have_url(re.compile(r"\?q=kommun$"))
    expect(page.locator("#facet-kind-guide")).not_to_be_checked()
    expect(page.locator("[data-count]")).to_be_focused()


def test_open_facets_stay_open(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun")
    technology, kind = page.locator("[data-facet=technology]"), page.locator("[data-facet=kind]")
    technology.locator("summary").click()
    kind.locator("summary").click()
    page.locator("#facet-stage-pilot").check()
    expect(page).to_have_url(re.compile("stage=pilot"))
    expect(technology).to_have_attribute("open", "")
    expect(kind).not_to_have_attribute("open", "")


def test_on_a_phone_the_filter_sheet_stays_open_and_shows_the_number_of_hits(open_page: Opens) -> None:
    page = open_page("anyone", "/sok/?q=kommun")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("[popovertarget=facets]").first.click()
    page.locator("#facet-stage-pilot").check()
    expect(page).to_have_url(re.compile("stage=pilot"))
    expect(page.locator("#facet-stage-pilot")).to_be_focused()
    expect(page.locator("#facets")).to_be_visible()
    show = page.locator(".facets-foot .button-primary")
    number = page.locator("[data-count]").inner_text().split()[0]
    expect(show).to_have_text(f"Visa {number} träffar")
    assert accessibility_faults(page) == []
    show.click()
    expect(page.locator("#facets")).to_be_hidden()
    expect(page.locator("#found article").first).to_be_visible()


def test_without_javascript_a_button_shows_the_results(scene: Scene, new_page: Callable[..., Page]) -> None:
    for width in (1280, 360):
        page = new_page(java_script_enabled=False, viewport={"width": width, "height": 700})
        page.goto(f"{scene.site}/sok/?q=kommun")
        if width == 360:
            page.locator("[popovertarget=facets]").first.click()
        foot = page.locator(".facets-foot:has(#show-results)")
        expect(page.locator("#show-results")).to_be_in_viewport()
        ground = "one => getComputedStyle(one).backgroundColor"
        assert foot.evaluate(ground) == page.locator("body").evaluate(ground)
        assert page.locator(".facets-foot button:visible").count() == 1


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_every_search_field_has_suggestions_that_arrow_keys_select(
    open_page: Opens, path: str, field: str
) -> None:
    page = open_page("anyone", path)
    box, height = page.locator(field), page.evaluate("document.documentElement.scrollHeight")
    options = suggestions(page, field)
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).not_to_have_attribute("aria-activedescendant", "")
    assert page.evaluate("document.documentElement.scrollHeight") == height, "the page was pushed down"
    last = options.count() - 1
    for key, at in (
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", last),
        ("Home", 0),
        ("End", last),
    ):
        page.keyboard.press(key)
        expect(options.nth(at)).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", str(options.nth(at).get_attribute("id")))
        expect(page.locator(f"{field}-suggestions [aria-selected=true]")).to_have_count(1)
    expect(box).to_be_focused()
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("cha")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    leads_to = address(options.first)
    page.keyboard.press("Enter")
    arrived(page, leads_to)


def test_enter_without_a_selected_suggestion_searches_for_the_typed_text(open_page: Opens) -> None:
    page = open_page("anyone", "/")
    suggestions(page, "#home-search")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sok/\?q=cha$"))


def test_suggestions_disappear_when_the_field_loses_focus(open_page: Opens) -> None:
    page = open_page("anyone", "/")
    options = suggestions(page, "#masthead-search")
    page.keyboard.press("Tab")
    expect(options.first).to_be_hidden()
    options = suggestions(page, "#masthead-search")
    leads_to = address(options.first)
    options.first.click()
    arrived(page, leads_to)


@pytest.mark.parametrize("signs", ["🤖", "*", "(("])
def test_a_query_of_punctuation_asks_for_a_word(open_page: Opens, signs: str) -> None:
    page = open_page("anyone", f"/sok/?q={signs}")
    expect(page.locator("main h2")).to_have_text("Skriv ett ord")
    expect(page.locator("#found article")).to_have_count(0)
    page.locator("#search-text").fill("kommun")
    page.keyboard.press("Enter")
    expect(page.locator("#found article").first).to_be_visible()
    expect(page.locator("[data-news]")).to_contain_text("kommun")


@pytest.mark.parametrize("path", ["/projekt/skriv/", "/projekt/skriv-anvandningsfall/"])
def test_similar_titles_are_shown_while_a_title_is_typed_and_open_beside_the_form(
    open_page: Opens, path: str
) -> None:
    page = open_page("member", path)
    alike = page.locator("main form [aria-live] a")
    expect(alike).to_have_count(0)
    page.locator("main form [name=title]").press_sequentially("Svara på frågor")
    expect(alike.first).to_be_visible()
    assert 1 <= alike.count() <= 3
    assert accessibility_faults(page) == []
    with page.expect_popup() as beside:
        alike.first.click()
    expect(beside.value.locator("h1")).to_contain_text("frågor")
    expect(page.locator("main form [name=title]")).to_have_value("Svara på frågor")
    beside.value.close()

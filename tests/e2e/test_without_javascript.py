"""Everything works without scripts, except that new posts do not appear by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Scene
from tests.support.people import confirm_address, fill_card, sign_in, sign_up, write_post

pytestmark = pytest.mark.browser

TITLE = "Följa snödjupet på skolvägarna"
OFFER = "En dag hos oss med genomgång av koden."


@pytest.fixture
def plain_page(new_page: Callable[..., Page]) -> Page:
    return new_page(java_script_enabled=False)


def test_a_visitor_joins_posts_a_project_and_talks(scene: Scene, plain_page: Page) -> None:
    sign_up(
        plain_page, scene.site, "Ulla Snö", "ulla@snovaka.example", "Snövaka odlarförening", "civil_society"
    )
    confirm_address(plain_page, scene.served.link_mailed_to("ulla@snovaka.example"))
    fill_card(plain_page, scene.site, TITLE, tags="snö, skolväg").locator("[name=publish]").click()
    expect(plain_page.locator("h1")).to_have_text(TITLE)
    project = plain_page.url
    write_post(plain_page, "Hur gör **ni** på vintern?")
    expect(plain_page.locator("#post-1 strong")).to_have_text("ni")
    plain_page.locator("#post-1 [data-action=edit]").click()
    plain_page.locator("main textarea").fill("Hur gör ni i april?")
    plain_page.locator("main form .button-primary").click()
    expect(plain_page.locator("#post-1")).to_contain_text("april")

    plain_page.goto(scene.site)
    plain_page.locator("#home-search").fill("snödjup skolväg")
    plain_page.locator("#home-search").press("Enter")
    hit = plain_page.locator("#found").get_by_role("link", name=TITLE)
    began = time.monotonic()
    while not hit.count() and time.monotonic() - began < 10:
        plain_page.reload()
    hit.click()
    assert plain_page.url == project


def test_an_offer_is_stated_in_a_project_and_found_in_the_list(scene: Scene, plain_page: Page) -> None:
    sign_in(plain_page, scene.site, "anna.berg@granvik.example")
    plain_page.goto(scene.site + scene.paths["own project"])
    plain_page.locator("main details", has=plain_page.locator("#new-statement")).locator("summary").click()
    plain_page.locator("#new-statement").fill(OFFER)
    plain_page.locator("main form", has=plain_page.locator("#new-statement")).locator("button").click()
    plain_page.get_by_role("link", name=OFFER).click()
    plain_page.locator("main a[href$='/redigera/']").click()
    plain_page.locator("[name=capability]").select_option("study-visit")
    plain_page.locator("main form .button-primary").click()

    plain_page.goto(f"{scene.site}/erbjuds-och-soks/")
    plain_page.locator("input[name=statement_kind][value=offers]").check()
    plain_page.locator("input[name=capability][value=study-visit]").check()
    plain_page.locator("#show-results").click()
    expect(plain_page.locator("#found").get_by_role("link", name=OFFER)).to_be_visible()
    plain_page.goto(f"{scene.site}/erbjuds-och-soks/?statement_kind=seeks")
    expect(plain_page.locator("#found article").first).to_be_visible()
    expect(plain_page.get_by_role("link", name=OFFER)).to_have_count(0)


def test_an_adopter_adds_two_measured_results_to_the_evidence(scene: Scene, plain_page: Page) -> None:
    sign_in(plain_page, scene.site, "anna.berg@granvik.example")
    use_case = f"{scene.site}/anvandningsfall/felsorterat-avfall/"
    plain_page.goto(use_case)
    plain_page.locator("main a[href*='vi-ocksa']").first.click()
    plain_page.locator("[name=stage]").select_option("pilot")
    plain_page.locator("main form .button-primary").click()
    plain_page.goto(use_case)
    plain_page.locator("main a[href$='/resultat/']").click()
    for measure, number, how in (
        ("errors", "12,5", "Stickprov i tio kärl."),
        ("cost", "8", "Fakturor för ett år."),
    ):
        plain_page.locator("[name=measure]").select_option(measure)
        plain_page.locator("[name=value]").fill(number)
        plain_page.locator("[name=how_measured]").fill(how)
        plain_page.locator("main form .button-primary").click()
    expect(plain_page.locator("main aside")).to_contain_text("Kostnad: 8\u00a0% lägre kostnad")
    plain_page.goto(use_case)
    evidence = plain_page.locator("section[aria-labelledby=evidence]")
    expect(evidence).to_contain_text("12,5\u00a0% färre fel")
    expect(evidence).to_contain_text("Stickprov i tio kärl.")
    expect(evidence.locator("tbody a", has_text="Granviks kommun")).to_have_count(2)


def test_search_results_are_filtered_and_the_filter_is_removed(scene: Scene, plain_page: Page) -> None:
    plain_page.goto(f"{scene.site}/sok/?q=kommun")
    plain_page.locator("input[name=stage][value=pilot]").check()
    plain_page.locator("#show-results").click()
    assert "stage=pilot" in plain_page.url
    expect(plain_page.locator("input[name=stage][value=pilot]")).to_be_checked()
    hits = plain_page.locator("#found article")
    expect(hits.first).to_be_visible()
    expect(plain_page.locator("#found .kicker", has_text="Pilot")).to_have_count(hits.count())
    plain_page.locator("#found .clear").click()
    assert "stage" not in plain_page.url
    assert "q=kommun" in plain_page.url


def test_the_menus_open_on_a_small_screen(scene: Scene, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto(f"{scene.site}/sok/?q=kommun")
    page.locator("[popovertarget=site-nav]").first.click()
    expect(page.locator("#site-nav a").first).to_be_in_viewport()
    page.locator("#site-nav [popovertarget=site-nav]").click()
    expect(page.locator("#site-nav")).to_be_hidden()
    page.locator("[popovertarget=facets]").first.click()
    page.locator("#facets input[name=kind][value=guide]").check()
    page.locator("#show-results").click()
    assert "kind=guide" in page.url
    expect(page.locator("#found article").first).to_be_visible()

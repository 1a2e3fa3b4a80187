"""The main path through the site on real input: search, join, write, talk, publish.

The site is served as `make run` serves it. `tests/topology/test_driven.py` does the same on the servers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.inventories import published
from tests.support.people import confirm_address, fill_card, sign_in, sign_up, write_post
from tests.support.served import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

FOUND_WITHIN = 2.0
"""The most seconds from publishing to the search results."""
SET_UPS = 3
"""The longest start, as a multiple of Django's own set-up time; bench/start measures the seconds."""
TRIES = 3
EDITOR = "redaktor@samverka.example"
PROJECT = "Låt en röstassistent läsa upp bygglovsritningar"
USE_CASE = "Räkna fjällrävar på viltkamerornas bilder"


@pytest.fixture
def site(embedded_site: Site) -> Iterator[Site]:
    """Serve the demonstration, and import a published inventory while it is served."""
    inventory = published("eu-pstw-2025")
    embedded_site.start()
    embedded_site.manage("import_inventory", inventory, "--source", "eu-pstw-2025")
    embedded_site.wait_for_index()
    yield embedded_site
    assert embedded_site.faults == []


def test_a_second_start_is_fast(embedded_site: Site) -> None:
    """It repeats nothing of the first start. A busy machine gets a second try."""
    took: list[float] = []
    while not took or (min(took) > SET_UPS and len(took) < TRIES):
        set_up = embedded_site.set_up_time()
        took.append(embedded_site.start() / set_up)
        embedded_site.stop()
    assert min(took) <= SET_UPS, took


def test_the_journey(site: Site, new_page: Callable[..., Page]) -> None:
    reader = new_page()
    finds_what_others_did(reader, site.address)
    member = new_page()
    sign_up(
        member, site.address, "Åsa Fors", "asa.fors@fjallbo.example", "Fjällbo odlarförening", "civil_society"
    )
    expect(member.locator("main")).not_to_contain_text("500")
    expect(member.locator("main")).to_contain_text("Fjällbo odlarförening läggs till när")
    confirm_address(member, site.link_mailed_to("asa.fors@fjallbo.example"))
    expect(member.locator("main")).to_contain_text("Du företräder Fjällbo odlarförening")
    address = posts_a_project_that_is_found_at_once(member, reader, site.address)
    talk(member, reader, new_page(), site.address, address)
    tells_a_use_case_that_staff_publish(member, new_page(), reader, site.address)


def finds_what_others_did(reader: Page, site: str) -> None:
    reader.goto(site)
    reader.locator("#home-search").fill("chatbot kommun")
    reader.locator("#home-search").press("Enter")
    everything = number_found(reader)
    choose(reader, "country", "SE")
    swedish = number_found(reader)
    choose(reader, "stage", "in_use")
    assert everything > swedish > number_found(reader) > 0
    assert "country=SE" in reader.url
    assert "stage=in_use" in reader.url
    # As published in the inventory, without Swedish characters.
    reader.get_by_role("link", name="Vaxjo Kommun chatbot").click()
    expect(reader.locator("h1")).to_have_text("Vaxjo Kommun chatbot")
    expect(reader.locator("main")).to_contain_text("CC BY 4.0")
    similar = reader.locator("section[aria-labelledby=similar]")
    expect(similar.locator("article").first).to_be_visible()
    expect(similar.get_by_role("link", name="Vaxjo Kommun chatbot")).to_have_count(0)
    partners = reader.locator("section[aria-labelledby=partners]")
    expect(partners.locator(".because").first).to_be_visible()
    for more in partners.locator("summary").all():
        more.click()
    reasons = partners.locator(".because").all_inner_texts()
    assert len(reasons) == partners.locator(".who-row").count()
    assert all(reason.rstrip().endswith(".") for reason in reasons), reasons


def number_found(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("[data-count]").inner_text()))


def choose(page: Page, facet: str, code: str) -> None:
    """Tick a box among the facets, which filters at once."""
    box = page.locator(f"input[name={facet}][value={code}]")
    if not box.is_visible():
        page.locator("details.facet", has=box).locator("summary").click()
    box.check()
    expect(page.locator(f"#found input[name={facet}][value={code}]")).to_be_checked()
    page.wait_for_url(f"**{facet}={code}**")
    expect(page.locator("#found .clear")).to_be_visible()


def posts_a_project_that_is_found_at_once(member: Page, reader: Page, site: str) -> str:
    """Return the address of the last posted project. A busy machine gets another try, not more time."""
    took = []
    for number in range(1, TRIES + 1):
        title = f"{PROJECT} {number}"
        card = fill_card(
            member,
            site,
            title,
            benefit="Den som inte ser ritningen kan ändå säga sitt om den.",
            seeks="En kommun som vill pröva med oss.",
        )
        card.locator("[name=publish]").click()
        expect(member.locator("h1")).to_have_text(title)
        began = time.monotonic()
        hit = reader.locator("#found article", has=reader.get_by_role("link", name=title))
        while not hit.count() and time.monotonic() - began < 10 * FOUND_WITHIN:
            reader.goto(f"{site}/sok/?q=röstassistent+bygglovsritningar")
        expect(hit).to_contain_text("Fjällbo")
        took.append(time.monotonic() - began)
        if took[-1] <= FOUND_WITHIN:
            break
    assert took[-1] <= FOUND_WITHIN, took
    return member.url


def talk(member: Page, public: Page, colleague: Page, site: str, address: str) -> None:
    sign_in(colleague, site, "anna.berg@granvik.example")
    for page in (member, colleague, public):
        page.goto(address)
        page.wait_for_selector("[data-live=live]")
    write_post(colleague, "Får vi vara med? Vi har *hundra* ritningar.")
    for page in (member, public):
        expect(page.locator("#post-1 em")).to_have_text("hundra")
        expect(page.locator("#post-1 .post-author")).to_contain_text("Anna Berg")
    write_post(member, "Gärna. Vi ses på torsdag.")
    for page in (colleague, public):
        expect(page.locator("#post-2")).to_contain_text("torsdag")
    public.reload()
    expect(public.locator("article.post")).to_have_count(2)


def tells_a_use_case_that_staff_publish(member: Page, editor: Page, reader: Page, site: str) -> None:
    member.goto(f"{site}/projekt/mina/")
    member.locator("main").get_by_role("link", name="Skriv ett användningsfall").click()
    form = member.locator("main form")
    form.locator("[name=title]").fill(USE_CASE)
    form.locator("[name=summary]").fill(
        "Viltvårdarna hinner ut till lyorna i stället för att titta på bilder."
    )
    form.locator("[name=stage]").select_option("in_use")
    form.locator("[name=problem]").fill("Fyrtio kameror tar tusen bilder om dagen.")
    form.locator("[name=submit]").click()
    draft = member.locator("article", has_text=USE_CASE)
    expect(draft).to_contain_text("Hos redaktionen")
    search = f"{site}/sok/?q=fjällrävar+viltkamera"
    reader.goto(search)
    expect(reader.locator("main")).not_to_contain_text(USE_CASE)

    sign_in(editor, site, EDITOR)
    editor.goto(f"{site}/admin/")
    editor.get_by_role("link", name=USE_CASE).first.click()
    expect(editor.locator("[name=problem]")).to_have_value("Fyrtio kameror tar tusen bilder om dagen.")
    editor.locator(".footer [data-w-dropdown-target=toggle]").click()
    editor.get_by_role("button", name="Godkänn").first.click()
    editor.wait_for_url("**/admin/pages/**")

    member.reload()
    published = member.locator("article", has_text=USE_CASE)
    expect(published).not_to_contain_text("Hos redaktionen")
    expect(published.get_by_role("link", name=USE_CASE)).to_have_attribute(
        "href", "/anvandningsfall/rakna-fjallravar-pa-viltkamerornas-bilder/"
    )
    reader.goto(f"{site}/anvandningsfall/")
    reader.get_by_role("link", name=USE_CASE).click()
    expect(reader.locator("h1")).to_have_text(USE_CASE)
    expect(reader.locator("main")).to_contain_text("Fjällbo")
    began = time.monotonic()
    found = reader.locator("#found").get_by_role("link", name=USE_CASE)
    while not found.count() and time.monotonic() - began < 10:
        reader.goto(search)
    expect(found).to_be_visible()

"""Every page, for each role that can open it: accessible in both colour schemes, without horizontal scrolling on a
small screen, with one heading, without console errors, and in one language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import accessibility_faults

pytestmark = pytest.mark.browser

Opens = Callable[[str, str], Page]
ORGANISATION = "/organisationer/granvik/"
FOR_ANYONE = (
    "/",
    "/en/",
    "/anvandningsfall/",
    "/guider/",
    "/artiklar/",
    "guide",
    "use case",
    "/anvandningsfall/chattbot-kontaktcenter/",
    "/anvandningsfall/felsorterat-avfall/",
    "article",
    "/om/",
    "/tillganglighet/",
    "/kontakt/",
    "/villkor/",
    "/personuppgifter/",
    "/kakor/",
    "/skriv-till-oss/",
    "/skriv-till-oss/skickat/",
    "/rapportera-brist/?page=/guider/",
    "/sok/",
    "/sok/?q=chatbot+kommun&country=SE&stage=in_use",
    "/sok/?q=qxzzyq",
    "/sok/?q=((",
    "/projekt/",
    "project",
    "reference",
    "/erbjuds-och-soks/",
    "/erbjuds-och-soks/?statement_kind=seeks&capability=data&sort=ending",
    "statement",
    "/organisationer/",
    "/organisationer/?q=qxzzyq",
    "/organisationer/?letter=%C3%84&kind=municipality",
    "/projekt/?area=09&stage=pilot&sort=name",
    "/anvandningsfall/?area=09&sort=confirmed",
    "/omraden/09-utbildning/",
    "/teknik/chatbot/",
    ORGANISATION,
    "thread",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/epost/nyhetsbrev/",
    "/finns-inte/",
    "/components/",
)
FOR_MEMBERS = (
    "/projekt/skriv/",
    "/projekt/mina/",
    "draft",
    "own project",
    "edit project",
    "narrow project",
    "history",
    "adopt use case",
    "leave use case",
    "results",
    "edit result",
    "delete result",
    "/projekt/skriv-anvandningsfall/",
    "edit use case",
    "edit post",
    "remove post",
    "/organisationer/ga-med/",
    "/erbjuds-och-soks/skriv/granvik/",
    "own statement",
    "edit statement",
    ORGANISATION,
    "membership",
    "/organisationer/almsjo/redigera/",
    "/medlemmar/mig/",
    "/medlemmar/1/",
    "notices",
    "settings of notices",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
)
FOR_OTHERS = (
    ("waiting", ORGANISATION),
    ("waiting", "/projekt/mina/"),
    ("admin", ORGANISATION),
    ("admin", f"{ORGANISATION}redigera/"),
    ("admin", "membership"),
    ("editor", "own project"),
)
PAGES = (
    [("anyone", path) for path in FOR_ANYONE] + [("member", path) for path in FOR_MEMBERS] + list(FOR_OTHERS)
)
FORMS = (
    ("anyone", "/accounts/login/"),
    ("anyone", "/accounts/signup/"),
    ("anyone", "/accounts/password/reset/"),
    ("anyone", "/epost/nyhetsbrev/"),
    ("anyone", "/rapportera-brist/"),
    ("member", "/projekt/skriv/"),
    ("member", "/projekt/skriv-anvandningsfall/"),
    ("member", "/organisationer/ga-med/"),
    ("member", "/erbjuds-och-soks/skriv/granvik/"),
    ("member", "results"),
)


def faults(page: Page) -> list[str]:
    """Return the faults on a wide screen in the light scheme, a small one in the dark scheme, and the smallest
    one."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme} {width}: {fault}" for fault in accessibility_faults(page)]
    page.set_viewport_size({"width": 320, "height": 800})
    if (needed := page.evaluate("document.documentElement.scrollWidth")) > 320:
        found.append(f"needs {needed} px where there are 320")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} first headings")
    return found


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_has_no_faults(open_page: Opens, role: str, path: str) -> None:
    assert faults(open_page(role, path)) == []


@pytest.mark.parametrize(("role", "path"), FORMS)
def test_a_form_with_errors_has_no_faults(open_page: Opens, role: str, path: str) -> None:
    page = open_page(role, path)
    page.locator("main form .button-primary").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    wrong = page.locator("main .field-wrong").first
    expect(wrong.locator(".field-error")).to_be_visible()
    field = wrong.locator("input, textarea, select").first
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile("_error"))
    assert faults(page) == []

"""The pages about mail and the mails themselves, in both colour schemes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.mail import links, samples, services, streams
from community.mail.models import Address
from core.own_address import site_address
from tests.support.axe import accessibility_faults


def faults(page: Page) -> list[str]:
    found = []
    for scheme, width in (("light", 1280), ("dark", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme} {width}: {fault}" for fault in accessibility_faults(page)]
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"needs {needed} px but the window has {width}")
    return found


@pytest.fixture
def paths(transactional_db: None) -> dict[str, str]:
    address = Address.objects.create(email="guest@example.org", language="sv")
    services.confirm(address=address, stream=streams.NEWSLETTER)
    return {
        "subscribe": reverse("mail:subscribe"),
        "asked": reverse("mail:asked"),
        "confirm": links.confirm_url(address, streams.NEWSLETTER).removeprefix(site_address()),
        "unsubscribe": links.unsubscribe_url(address, streams.NEWSLETTER, "sv").removeprefix(site_address()),
        "preview": reverse("mail:preview"),
        "mail": reverse("mail:preview_mail", args=["sv", "confirm_subscription"]),
    }


def test_each_page_is_accessible_and_fits_the_screen(
    live_site: str, page: Page, paths: dict[str, str]
) -> None:
    for path in paths.values():
        page.goto(f"{live_site}{path}")
        assert faults(page) == [], path


def test_each_mail_is_accessible_and_fits_the_screen(live_site: str, page: Page) -> None:
    for template in samples.templates():
        page.goto(f"{live_site}{reverse('mail:preview_html', args=['sv', template])}")
        assert faults(page) == [], template


def test_a_guest_unsubscribes_from_the_newsletter_and_subscribes_again(
    live_site: str, new_page: Callable[..., Page], paths: dict[str, str]
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{live_site}{paths['unsubscribe']}")
    page.locator("main button").click()
    expect(page.locator("main form")).to_have_attribute("action", reverse_of("mail:resubscribe", paths))
    assert not Address.objects.get().accepts(streams.NEWSLETTER)
    page.locator("main button").click()
    expect(page.locator("main form")).to_have_attribute("action", reverse_of("mail:unsubscribe", paths))
    assert Address.objects.get().accepts(streams.NEWSLETTER)


def reverse_of(name: str, paths: dict[str, str]) -> str:
    return reverse(name, args=[paths["unsubscribe"].rstrip("/").rpartition("/")[2]])


def test_the_mail_is_styled_inside_its_frame(live_site: str, page: Page, paths: dict[str, str]) -> None:
    console_messages: list[str] = []
    page.on("console", lambda message: console_messages.append(message.text))
    page.goto(f"{live_site}{paths['mail']}")
    action = page.frame_locator("iframe").locator("a.button")
    expect(action).to_have_css("background-color", "rgb(20, 83, 63)")
    assert console_messages == []

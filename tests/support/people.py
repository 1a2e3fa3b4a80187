"""Actions of people on the site in a browser, with or without JavaScript, by the names of the form fields."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.db.models.signals import m2m_changed, post_save
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from community.members.models import Member
from community.members.second_factor import has_second_factor
from demonstration.accounts import CODE, PASSWORD


def signed_in_page(page: Page, site: str, member: Member) -> Page:
    """Give the page's browser the member's session. Works for a site on the test's own database."""
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(member)
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return page


def give_second_factor(member: Member) -> None:
    """Register an authenticator app, which every member with a role needs before any other page."""
    if not has_second_factor(member.pk):
        TOTP.activate(member, generate_totp_secret())


def code_of(member: Member) -> str:
    """Return the code that the member's app shows now."""
    secret = Authenticator.objects.get(user=member, type=Authenticator.Type.TOTP).data["secret"]
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def take_second_factor(member: Member) -> None:
    Authenticator.objects.filter(user=member).delete()


def with_a_role(sender: Any, instance: Any, update_fields: Any, **kwargs: Any) -> None:
    """Give a member who becomes staff in a test a second factor, as on the site."""
    if instance.is_staff and (update_fields is None or "is_staff" in update_fields):
        give_second_factor(instance)


def with_group(sender: Any, instance: Any, action: str, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Give a member who is added to a group a second factor too."""
    if action == "post_add":
        is_member = isinstance(instance, Member)
        for member in [instance] if is_member else Member.objects.filter(pk__in=pk_set or ()):
            give_second_factor(member)


@pytest.fixture(scope="session", autouse=True)
def _roles_come_with_second_factor() -> None:
    post_save.connect(with_a_role, sender=Member, dispatch_uid="tests_second_factor_of_staff")
    m2m_changed.connect(
        with_group, sender=Member.groups.through, dispatch_uid="tests_second_factor_of_groups"
    )


def sign_in(page: Page, site: str, email: str, password: str = PASSWORD) -> None:
    page.goto(f"{site}/accounts/login/")
    form = page.locator("main form")
    form.locator("[name=login]").fill(email)
    form.locator("[name=password]").fill(password)
    form.locator("button[type=submit]").click()
    code = page.locator("main [name=code]")
    expect(page.locator("#member-menu").or_(code).first).to_be_attached()
    if code.count():
        code.fill(CODE)
        page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#member-menu")).to_be_attached()


def sign_up(page: Page, site: str, name: str, email: str, organisation: str, kind: str = "") -> None:
    """Create an account with its organisation: a new one if `kind` is given, else an existing one."""
    page.goto(site)
    page.locator(".masthead-links a.button").click()
    first_name, last_name = name.split()
    form = page.locator("main form")
    form.locator("[name=first_name]").fill(first_name)
    form.locator("[name=last_name]").fill(last_name)
    form.locator("[name=email]").fill(email)
    form.locator("[name=password1]").fill(PASSWORD)
    form.locator("[name=organisation]").fill(organisation)
    if kind:
        form.locator("[name=is_new]").check()
        form.locator("[name=kind]").select_option(kind)
    form.locator("[name=accepts]").check()
    form.locator("button[type=submit]").click()
    expect(page.locator("#member-menu")).to_be_attached()


def confirm_address(page: Page, link: str) -> None:
    """Follow the link in the mail and confirm."""
    page.goto(link)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .steps")).to_be_attached()


def fill_card(page: Page, site: str, title: str, **answers: str) -> Locator:
    """Fill in the card of a project without sending it. `answers` are texts by field name."""
    page.goto(f"{site}/projekt/skriv/")
    form = page.locator("main form")
    form.locator("[name=title]").fill(title)
    form.locator("[name=stage]").select_option("idea")
    for name, text in answers.items():
        form.locator(f"[name={name}]").fill(text)
    return form


def write_post(page: Page, text: str) -> None:
    page.locator("[data-composer] textarea").fill(text)
    page.locator("[data-composer] button").click()

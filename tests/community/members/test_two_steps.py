"""Two-step sign-in: an app, recovery codes, and a page that shows the current state in plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

HOME = "/en/accounts/2fa/"
PASSWORD = "en lång nyckel 17"


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def page_of(client: Client, url: str) -> str:
    page: str = client.get(url).content.decode()
    return page


@pytest.fixture
def member() -> Any:
    member = MemberFactory(email="anna@example.org")
    member.set_password(PASSWORD)
    member.save()
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    return member


def sign_in(client: Client) -> Any:
    return client.post(
        "/en/accounts/login/", {"login": "anna@example.org", "password": PASSWORD}, follow=True
    )


def test_the_page_shows_the_state_and_signing_in_then_needs_the_code(client: Client, member: Any) -> None:
    sign_in(client)
    page = page_of(client, HOME)
    for text in ("Two-step sign-in", "You have no app connected.", "You have none yet."):
        assert text in page
    for word in ("passkey", "Two-Factor", "Authenticator", "Make new codes", "Disconnect"):
        assert word not in page

    activate = f"{HOME}totp/activate/"
    asked_again = client.get(activate)["Location"]
    assert "Is it still you?" in page_of(client, asked_again)
    client.post(asked_again, {"password": PASSWORD})
    connecting = client.get(activate)
    secret = connecting.context["form"].secret
    assert secret in connecting.content.decode()
    assert 'class="for-cameras"' in connecting.content.decode(), (
        "black on white also in the dark colour scheme"
    )
    client.post(activate, {"code": code_for(secret)})
    page = page_of(client, HOME)
    for text in ("An app is connected.", "You have 10 codes left.", "Make new codes", "Disconnect the app"):
        assert text in page

    other = Client()
    asked = sign_in(other)
    assert "Step two: the code" in asked.content.decode()
    assert "_auth_user_id" not in other.session
    spare = re.findall(r"\b\d{8}\b", page_of(client, f"{HOME}recovery-codes/"))
    other.post("/en/accounts/2fa/authenticate/", {"code": spare[0]})
    assert other.session["_auth_user_id"] == str(member.pk)
    assert "You have 9 codes left." in page_of(other, HOME)

    assert "password alone is enough" in page_of(client, f"{HOME}totp/deactivate/")
    client.post(f"{HOME}totp/deactivate/")
    assert "You have no app connected." in page_of(client, HOME)

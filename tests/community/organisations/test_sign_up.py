"""An account and the organisation one belongs to, in one step; what was written is never lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from community.organisations.models import Membership, Organisation, Role
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ANSWERS = {
    "first_name": "Åsa",
    "last_name": "Öberg",
    "email": "asa@example.org",
    "password1": "en lång nyckel 17",
    "organisation": "Växjö kommun",
}


def sign_up(client: Client, **answers: Any) -> Any:
    return client.post(reverse("account_signup"), {**ANSWERS, **answers})


def errors(response: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in found] for name, found in response.context["form"].errors.items()}


def test_with_an_organisation_that_is_here_one_waits(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    membership = Membership.objects.get()
    assert membership.organisation.name == "Växjö kommun"
    assert membership.confirmed_at is None
    assert (membership.member.name, membership.member.email) == ("Åsa Öberg", "asa@example.org")
    assert not membership.organisation.claimed_at
    assert client.session["_auth_user_id"] == str(membership.member_id), "signed in at once"


def test_with_a_new_organisation_one_is_its_administrator(client: Client) -> None:
    response = sign_up(
        client, organisation="  Odlarna   i Växjö ", is_new="on", kind="civil_society", place="0780"
    )
    assert response.status_code == 302
    membership = Membership.objects.get()
    assert (membership.organisation.name, membership.role) == ("Odlarna i Växjö", Role.ADMIN)
    assert membership.confirmed_at


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"organisation": "Ingen känner oss"}, "organisation"),
        ({"organisation": "Växjö kommun", "is_new": "on", "kind": "municipality"}, "organisation"),
        ({"organisation": "Odlarna", "is_new": "on"}, "kind"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": "!!!", "is_new": "on", "kind": "other"}, "organisation"),
        ({"password1": "kort"}, "password1"),
        ({"email": "not an address"}, "email"),
        ({"first_name": ""}, "first_name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    client: Client, answers: dict[str, str], field: str
) -> None:
    response = sign_up(client, **answers)
    assert response.status_code == 200
    assert list(errors(response)) == [field]
    page = response.content.decode()
    assert errors(response)[field][0].split("“")[0][:20] in page
    assert 'value="Öberg"' in page
    assert not Member.objects.exists()
    assert not Membership.objects.exists()


def test_an_address_that_is_here_already_is_not_told_to_who_asks(client: Client) -> None:
    known = MemberFactory(email="asa@example.org")
    response = sign_up(client)
    assert Member.objects.get() == known
    assert not Membership.objects.exists()
    assert b"already" not in response.content


def test_the_account_mail_is_queued_and_its_link_confirms(client: Client) -> None:
    Organisation.objects.filter(name="Växjö kommun").update(email_domain="vaxjo.se")
    sign_up(client, email="asa@vaxjo.se")
    assert not mail.outbox, "nobody waits for a mail server"
    run_due_tasks()
    (message,) = mail.outbox
    assert message.to == ["asa@vaxjo.se"]
    link = re.search(r"https?://[^/]+(/\S+)", message.body)
    assert link
    client.post(link[1])
    membership = Membership.objects.get()
    assert membership.confirmed_at, "the address is the organisation's own"


def test_the_form_speaks_the_visitors_language(client: Client) -> None:
    assert reverse("account_signup") == "/accounts/signup/"
    assert client.get("/en/accounts/signup/").context["LANGUAGE_CODE"] == "en"
    assert client.get("/accounts/signup/").context["LANGUAGE_CODE"] == "sv"

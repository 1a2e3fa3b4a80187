"""A mailbox has one account and one address, for each spelling of its domain."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from community.mail import services as mail_services
from community.mail import streams
from community.mail.models import Address
from community.members.models import Member
from community.organisations import services
from core.mail_addresses import fold_address, fold_domain
from tests.factories import MemberFactory, OrganisationFactory
from tests.support.cases import read_case
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

SPELLINGS = [
    "bo@växjö.example",
    "bo@xn--vxj-qla6g.example",
    "bo@va\u0308xjo\u0308.example",
    "Bo@VÄXJÖ.Example",
]
PASSWORD = "en lång nyckel 17"
ANSWERS = {
    "first_name": "Bo",
    "last_name": "Ek",
    "password1": PASSWORD,
    "accepts": "on",
    "organisation": "Växjö kommun",
}


def test_all_spellings_are_folded_to_one() -> None:
    assert {fold_address(spelling) for spelling in SPELLINGS} == {"bo@växjö.example"}
    assert {fold_address(spelling) for spelling in read_case("13-idn.txt").splitlines()} == {
        "bo@växjö.example"
    }
    assert fold_domain("x" * 64 + ".example") == "x" * 64 + ".example", "an invalid domain stays as it is"


@pytest.mark.parametrize("first", SPELLINGS)
def test_one_mailbox_gets_one_account(first: str) -> None:
    for spelling in [first, *SPELLINGS]:
        Client().post(reverse("account_signup"), {**ANSWERS, "email": spelling})
    assert [member.email for member in Member.objects.all()] == ["bo@växjö.example"]
    assert EmailAddress.objects.get().email == "bo@växjö.example"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_member_signs_in_and_resets_the_password_with_any_spelling(client: Client, spelling: str) -> None:
    member = MemberFactory(email=SPELLINGS[0], password=PASSWORD)
    client.post(reverse("account_login"), {"login": spelling, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(member.pk)
    Client().post(reverse("account_reset_password"), {"email": spelling})
    run_due_tasks("mail")
    (message,) = mail.outbox
    assert "lösenord" in message.subject.lower()
    assert "/password/reset/key/" in str(message.body) or "/accounts/" in str(message.body)


def test_an_address_cannot_be_added_again_in_another_spelling(client: Client) -> None:
    member = MemberFactory(email=SPELLINGS[0])
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    client.force_login(member)
    response = client.post(reverse("account_email"), {"action_add": "", "email": SPELLINGS[1]})
    assert response.context["form"].errors
    assert EmailAddress.objects.count() == 1


def test_the_newsletter_goes_to_one_mailbox_once(client: Client) -> None:
    member_address = mail_services.address_of(MemberFactory(email=SPELLINGS[0]))
    for spelling in SPELLINGS:
        assert mail_services.address_for(spelling) == member_address
        mail_services.ask_to_confirm(email=spelling, stream=streams.NEWSLETTER)
    assert Address.objects.count() == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("domain", ["växjö.example", "xn--vxj-qla6g.example", "VÄXJÖ.example"])
def test_an_organisation_s_domain_confirms_its_members_in_any_spelling(spelling: str, domain: str) -> None:
    organisation = OrganisationFactory(email_domain=domain)
    member: Any = MemberFactory(email=spelling)
    EmailAddress.objects.create(user=member, email=spelling, verified=True)
    membership = services.join_organisation(actor=member, organisation=organisation)
    assert membership.confirmed_at
    assert not membership.is_from_elsewhere


def test_an_address_stored_before_the_folding_is_found_and_shown_folded() -> None:
    member = MemberFactory(email=SPELLINGS[1])
    member.refresh_from_db()
    assert member.email == SPELLINGS[0]
    assert Member.objects.get_by_natural_key(SPELLINGS[2]) == member
    assert Member.objects.filter(email=SPELLINGS[1]).exists()

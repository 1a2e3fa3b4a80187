"""Signing up with an account and an organisation in one step, without losing what was written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.members.models import Member
from community.organisations import services
from community.organisations.models import Membership, Organisation, PlannedOrganisation, Role
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

ANSWERS = {
    "first_name": "Åsa",
    "last_name": "Öberg",
    "email": "asa@example.org",
    "password1": "en lång nyckel 17",
    "accepts": "on",
    "organisation": "Växjö kommun",
}


def sign_up(client: Client, **answers: Any) -> Any:
    return client.post(reverse("account_signup"), {**ANSWERS, **answers})


def confirm(client: Client, email: str = ANSWERS["email"]) -> Any:
    """Follow the link in the mail and its redirects."""
    run_due_tasks()
    (message,) = [message for message in mail.outbox if message.to == [email]]
    link = re.search(r"https?://[^/]+(/\S+)", str(message.body))
    assert link
    return client.post(link[1], follow=True)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in found] for name, found in response.context["form"].errors.items()}


def test_a_membership_request_is_sent_when_the_address_is_confirmed(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert not Membership.objects.exists()
    assert "Du ber att få företräda Växjö kommun när" in client.get(response["Location"]).text
    confirm(client)
    assert not PlannedOrganisation.objects.exists()
    membership = Membership.objects.get()
    assert membership.organisation.name == "Växjö kommun"
    assert membership.confirmed_at is None
    assert (membership.member.name, membership.member.email) == ("Åsa Öberg", "asa@example.org")
    assert not membership.organisation.claimed_at
    assert client.session["_auth_user_id"] == str(membership.member_id), "signed in immediately"


def test_a_new_organisation_is_created_when_the_address_is_confirmed(client: Client) -> None:
    response = sign_up(
        client, organisation="  Odlarna   i Växjö ", is_new="on", kind="civil_society", place="0780"
    )
    assert response.status_code == 302
    assert not Organisation.objects.filter(name__contains="Odlarna").exists()
    assert not Membership.objects.exists()
    assert "Odlarna i Växjö läggs till när du bekräftar" in client.get(response["Location"]).text

    page = confirm(client)
    assert page.redirect_chain[-1][0] == reverse("organisations:welcome")
    assert "Du företräder Odlarna i Växjö" in page.text
    assert not PlannedOrganisation.objects.exists()
    membership = Membership.objects.get()
    assert (membership.organisation.name, membership.role) == ("Odlarna i Växjö", Role.ADMIN)
    assert membership.confirmed_at
    assert membership.organisation.place.code == "0780"


def test_a_member_has_one_planned_organisation_and_it_is_deleted_with_the_account(client: Client) -> None:
    sign_up(client, organisation="Odlarna", is_new="on", kind="civil_society")
    member = Member.objects.get()
    services.plan_organisation(member=member, name="Biodlarna", kind="other", place=None)
    assert PlannedOrganisation.objects.get().name == "Biodlarna"
    member.delete()
    assert not PlannedOrganisation.objects.exists()


def test_a_member_whose_planned_name_was_taken_can_join_or_choose_another_name(
    client: Client,
) -> None:
    sign_up(client, organisation="Odlarna", is_new="on", kind="civil_society")
    founder = MemberFactory(confirmed=True)
    services.create_organisation(name="Odlarna", kind="civil_society", place=None, actor=founder)
    page = confirm(client)
    assert page.redirect_chain[-1][0] == reverse("organisations:welcome")
    assert "Odlarna har inte lagts till" in page.text
    assert "Organisationen finns redan här" in page.text
    join = f"{reverse('organisations:join')}?organisation=odlarna"
    assert f'href="{join}"' in page.text
    assert 'value="Odlarna"' in client.get(join).text
    assert f'href="{reverse("organisations:add")}"' in page.text
    assert not Membership.objects.filter(member__email=ANSWERS["email"]).exists()

    again = client.post(reverse("organisations:add"), {"name": "Odlarna", "kind": "other"})
    assert "Organisationen finns redan här" in again.text
    client.post(reverse("organisations:add"), {"name": "Odlarna i Hjo", "kind": "other"})
    added = Membership.objects.get(member__email=ANSWERS["email"])
    assert (added.organisation.name, added.role) == ("Odlarna i Hjo", Role.ADMIN)
    assert not PlannedOrganisation.objects.exists()


def test_the_welcome_says_that_the_member_waits_after_joining_the_organisation_with_that_name(
    client: Client,
) -> None:
    sign_up(client, organisation="Odlarna", is_new="on", kind="civil_society")
    founder = MemberFactory(confirmed=True)
    services.create_organisation(name="Odlarna", kind="civil_society", place=None, actor=founder)
    confirm(client)
    client.post(reverse("organisations:join"), {"organisation": "Odlarna"})
    page = client.get(reverse("organisations:welcome")).text
    assert "Odlarna behöver godkänna dig" in page
    assert "Redaktionen behöver godkänna dig" not in page
    assert "har inte lagts till" not in page


def test_the_welcome_links_to_the_organisation_of_the_sign_up_when_staff_confirmed_the_address(
    client: Client,
) -> None:
    asked_for = OrganisationFactory(name="Odlarna")
    sign_up(client, organisation="Odlarna")
    EmailAddress.objects.update(verified=True)
    page = client.get(reverse("organisations:welcome")).text
    assert f'href="{reverse("organisations:join")}?organisation={asked_for.slug}"' in page
    assert "när du bekräftar" not in page


def test_the_welcome_says_that_another_member_waits_for_staff_with_the_same_name(client: Client) -> None:
    founder = MemberFactory(confirmed=True)
    services.create_organisation(name="Nybo kommun", kind="municipality", place=None, actor=founder)
    sign_up(client, organisation="Nybo kommun", is_new="on", kind="municipality")
    assert PlannedOrganisation.objects.exists(), "a visitor does not learn what only staff see"
    page = confirm(client).text
    assert "väntar på redaktionens godkännande" in page
    assert f"{reverse('organisations:join')}?organisation" not in page
    services.decline_membership(actor=MemberFactory(is_staff=True), membership=Membership.objects.get())
    client.post(reverse("organisations:add"), {"name": "Nybo kommun", "kind": "municipality"})
    assert Membership.objects.get().member.email == ANSWERS["email"], "a declined name is free again"


def test_only_a_member_with_a_confirmed_address_adds_an_organisation(client: Client) -> None:
    sign_up(client)
    answers = {"name": "Odlarna", "kind": "other"}
    assert client.post(reverse("organisations:add"), answers).status_code == 403
    assert not Organisation.objects.filter(name="Odlarna").exists()
    confirm(client)
    assert client.post(reverse("organisations:add"), answers).status_code == 302
    assert Organisation.objects.get(name="Odlarna").memberships.confirmed().exists()


def test_an_organisation_that_only_staff_see_cannot_be_joined_by_name(client: Client) -> None:
    founder = MemberFactory(confirmed=True)
    services.create_organisation(name="Nybo kommun", kind="municipality", place=None, actor=founder)
    assert list(errors(sign_up(client, organisation="Nybo kommun"))) == ["organisation"]
    client.force_login(MemberFactory(confirmed=True))
    assert client.post(reverse("organisations:join"), {"organisation": "Nybo kommun"}).status_code == 422
    assert Membership.objects.get().member == founder


@pytest.mark.parametrize(
    "answers",
    [
        {"organisation": "Nybo kommun", "kind": "municipality"},
        {"organisation": "Nybygget", "kind": "agency"},
        {"organisation": "Nybo kommun", "kind": "other"},
        {"organisation": "Region Nybo", "kind": "civil_society"},
    ],
    ids=["by kind and name", "by kind", "by name", "by another name"],
)
def test_a_member_who_signs_up_with_a_new_public_body_waits_for_staff(
    client: Client, answers: dict[str, str]
) -> None:
    sign_up(client, is_new="on", **answers)
    page = confirm(client).text
    membership = Membership.objects.get()
    assert (membership.confirmed_at, membership.organisation.claimed_at) == (None, None)
    assert "Du är den första därifrån" in page
    assert "<h2>Redaktionen behöver godkänna dig</h2>" in page
    assert f"{membership.organisation.name} behöver godkänna dig" not in page
    assert page.count("Till dess") == 1
    assert f"{membership.organisation.name} behöver" not in client.get(reverse("projects:mine")).text
    assert "granskar det först" in page, "the page gives the reason"
    response = client.post(
        reverse("statements:write", args=[membership.organisation.slug]),
        {"kind": "does", "text": "Gräver."},
    )
    assert response.status_code == 403
    assert not membership.organisation.statements.exists()


def test_a_name_that_looks_like_an_existing_one_is_an_error_of_its_field(client: Client) -> None:
    response = sign_up(client, organisation="Vаxjö kommun", is_new="on", kind="municipality")
    assert list(errors(response)) == ["organisation"]
    sign_up(client, organisation="Vаxjö kommun")
    confirm(client)
    assert Membership.objects.get().organisation.name == "Växjö kommun", "it is read as the existing one"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"organisation": "Ingen känner oss"}, "organisation"),
        ({"organisation": "Växjö kommun", "is_new": "on", "kind": "municipality"}, "organisation"),
        ({"organisation": "Odlarna", "is_new": "on"}, "kind"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": "!!!", "is_new": "on", "kind": "other"}, "organisation"),
        ({"organisation": "ᴏdlarna", "is_new": "on", "kind": "other"}, "organisation"),
        ({"password1": "kort"}, "password1"),
        ({"email": "not an address"}, "email"),
        ({"first_name": ""}, "first_name"),
    ],
)
def test_an_invalid_answer_is_an_error_of_its_field_and_the_others_are_kept(
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


def test_signing_up_does_not_reveal_that_the_address_is_taken(client: Client) -> None:
    known = MemberFactory(email="asa@example.org")
    response = sign_up(client)
    assert Member.objects.get() == known
    assert not Membership.objects.exists()
    assert b"already" not in response.content


def test_the_account_mail_is_queued_and_its_link_confirms_the_address(client: Client) -> None:
    Organisation.objects.filter(name="Växjö kommun").update(email_domain="vaxjo.se")
    sign_up(client, email="asa@vaxjo.se")
    assert not mail.outbox, "the mail is only queued"
    run_due_tasks()
    (message,) = mail.outbox
    assert message.to == ["asa@vaxjo.se"]
    assert message.subject == "Bekräfta din e-postadress"
    link = re.search(r"https?://[^/]+(/\S+)", message.body)
    assert link
    client.post(link[1])
    membership = Membership.objects.get()
    assert membership.confirmed_at, "the address is the organisation's own"


def test_the_form_is_in_the_language_of_its_address(client: Client) -> None:
    assert reverse("account_signup") == "/accounts/signup/"
    assert client.get("/en/accounts/signup/").context["LANGUAGE_CODE"] == "en"
    assert client.get("/accounts/signup/").context["LANGUAGE_CODE"] == "sv"


def test_the_welcome_shows_the_steps_that_are_left(client: Client) -> None:
    admin = MembershipFactory(
        organisation=Organisation.objects.get(name="Växjö kommun"), role=Role.ADMIN
    ).member
    response = client.post(reverse("account_signup"), ANSWERS, follow=True)
    assert response.redirect_chain[-1][0] == reverse("organisations:welcome")
    page = response.content.decode()
    for text in ("Åsa", "asa@example.org", "Växjö kommun", reverse("projects:write")):
        assert text in page
    page = confirm(client).text
    for text in ("Växjö kommun", admin.name, reverse("projects:write")):
        assert text in page
    assert "asa@example.org" not in page.partition("<h1")[2]


def lede(page: Any) -> str:
    found = re.search(r'class="lede"[^>]*>([^<]*)<', page.content.decode())
    assert found
    return found[1]


def test_the_link_in_the_mail_redirects_to_the_welcome(client: Client) -> None:
    welcome = "/en/organisations/welcome/"
    assert client.post("/en/accounts/signup/", ANSWERS)["Location"] == welcome
    assert lede(client.get(welcome)) == "Your account is ready. 3 steps are left."
    run_due_tasks()
    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link

    answer = client.post(link[1], follow=True)
    assert answer.redirect_chain[-1][0] == welcome
    assert lede(answer) == "Your account is ready. 2 steps are left."
    assert "Your e-mail address is confirmed" in answer.content.decode()
    Membership.objects.update(confirmed_at=timezone.now())
    assert lede(client.get(welcome)) == "Your account is ready. One step is left."


def test_confirming_in_another_browser_needs_a_sign_in_before_the_welcome(client: Client) -> None:
    sign_up(client)
    run_due_tasks()
    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link
    other = Client()
    sign_in = other.post(link[1])["Location"]
    assert sign_in.startswith(reverse("account_login"))
    answers = {"login": ANSWERS["email"], "password": ANSWERS["password1"]}
    assert other.post(sign_in, answers)["Location"] == reverse("organisations:welcome")


def test_confirming_one_more_address_redirects_to_the_list_of_addresses(client: Client) -> None:
    sign_up(client)
    EmailAddress.objects.update(verified=True)
    client.post(reverse("account_email"), {"action_add": "1", "email": "asa@annan.example"})
    run_due_tasks()
    (message,) = [message for message in mail.outbox if message.to == ["asa@annan.example"]]
    link = re.search(r"https?://[^/]+(/\S+)", str(message.body))
    assert link
    assert client.post(link[1])["Location"] == reverse("account_email")


def test_the_welcome_needs_a_sign_in(client: Client) -> None:
    assert reverse("account_login") in client.get(reverse("organisations:welcome"))["Location"]


def test_the_form_explains_the_password_and_has_autocomplete_attributes(client: Client) -> None:
    page = client.get(reverse("account_signup")).content.decode()
    assert "Minst 10 tecken." in page
    for name in ("given-name", "family-name", "email", "new-password"):
        assert f'autocomplete="{name}"' in page


@pytest.mark.parametrize(
    "name", ["account_reset_password", "account_reset_password_done", "account_email_verification_sent"]
)
def test_pages_before_the_sign_in_use_the_words_of_the_site(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    for word in ("Verifiering", "Epost", "e-postmeddelande", "spam", "Återställ"):
        assert word not in page


def test_the_account_pages_of_a_member_work_and_use_the_words_of_the_site(client: Client) -> None:
    sign_up(client)
    for name in ("account_email", "account_change_password"):
        page = client.get(reverse(name)).content.decode()
        for word in ("Verifiering", "Epost", "Gör primär"):
            assert word not in page
    assert client.post(reverse("account_email"), {"action_add": "1", "email": ""}).context["form"].errors
    answer = client.post(
        reverse("account_email"), {"action_add": "1", "email": "asa@annan.example"}, follow=True
    )
    assert "asa@annan.example" in answer.content.decode()
    removed = {"action_remove": "1", "email": "asa@annan.example"}
    client.post(reverse("account_email"), removed)
    assert EmailAddress.objects.filter(email="asa@annan.example").count() == 0


def test_each_action_is_offered_only_for_addresses_that_allow_it(client: Client) -> None:
    def offered(email: str) -> set[str]:
        page = client.get(reverse("account_email")).content.decode()
        forms = [form for form in page.split("<form") if f'value="{email}"' in form]
        return {name for form in forms for name in re.findall(r'name="action_(\w+)"', form)}

    sign_up(client)
    assert offered("asa@example.org") == {"send"}
    EmailAddress.objects.update(verified=True)
    assert offered("asa@example.org") == set()
    client.post(reverse("account_email"), {"action_add": "1", "email": "asa@annan.example"})
    assert offered("asa@annan.example") == {"send", "remove"}
    EmailAddress.objects.update(verified=True)
    assert offered("asa@annan.example") == {"primary", "remove"}
    assert offered("asa@example.org") == set()
    client.post(reverse("account_email"), {"action_primary": "1", "email": "asa@annan.example"})
    assert (offered("asa@annan.example"), offered("asa@example.org")) == (set(), {"primary", "remove"})


def test_a_wrong_password_shows_what_to_do(client: Client) -> None:
    MemberFactory(email="asa@example.org")
    response = client.post(reverse("account_login"), {"login": "asa@example.org", "password": "fel"})
    assert "Försök igen" in response.content.decode()

"""An organisation's page, its list, and the requests its administrators answer."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.organisations.models import Membership, Organisation, Role
from community.statements.models import StatementKind
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    StatementFactory,
)

pytestmark = pytest.mark.django_db


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member)
    return client


def names_on(response: Any) -> list[str]:
    return [organisation.name for organisation in response.context["page"]]


def test_organisations_with_members_or_projects_come_first() -> None:
    ours = MembershipFactory().organisation
    with_project = ProjectFactory(organisation=OrganisationFactory(name="Ö sist")).organisation
    names = names_on(Client().get(reverse("organisations:list")))
    assert names[:2] == [ours.name, with_project.name]


def test_the_list_is_filtered_by_name_and_kind_and_accepts_any_text() -> None:
    url = reverse("organisations:list")
    assert names_on(Client().get(url, {"q": "växjö"})) == ["Växjö kommun"]
    regions = Client().get(url, {"kind": "region"}).context["page"]
    assert {organisation.kind for organisation in regions} == {"region"}
    for text in ("%", "_", "'", "\\", "\x00", "x" * 300, "🦊", "(", "the"):
        assert Client().get(url, {"q": text, "page": text, "kind": text}).status_code == 200
        assert Client().get(reverse("organisations:names"), {"organisation": f"a{text}"}).status_code == 200


def test_an_organisation_without_an_audience_is_hidden_everywhere() -> None:
    hidden = OrganisationFactory(name="Hemliga klubben", audience=frozenset())
    assert Client().get(hidden.get_absolute_url()).status_code == 404
    assert names_on(Client().get(reverse("organisations:list"), {"q": "Hemliga"})) == []
    names = Client().get(reverse("organisations:names"), {"organisation": "Hemliga"})
    assert "Hemliga" not in names.content.decode()
    member = signed_in(MemberFactory())
    response = member.post(reverse("organisations:join"), {"organisation": "Hemliga klubben"})
    assert list(response.context["form"].errors) == ["organisation"]


def test_statements_are_shown_in_the_readers_language() -> None:
    growers = StatementFactory(
        kind=StatementKind.OFFERS, text="Vi delar avtal.", text_en="We share contracts."
    )
    url = growers.organisation.slug
    for language, text, other in (
        ("sv", "Vi delar avtal.", "We share contracts."),
        ("en", "We share contracts.", "Vi delar avtal."),
    ):
        with translation.override(language):
            page = Client().get(reverse("organisations:organisation", args=[url])).content.decode()
        assert text in page
        assert other not in page


def test_only_administrators_see_and_answer_requests_on_the_page() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    growers = admin.organisation
    yes, no = (MembershipFactory(organisation=growers, waiting=True) for _ in range(2))
    member = MembershipFactory(organisation=growers).member
    for client in (Client(), signed_in(member), signed_in(no.member)):
        assert "waiting" not in client.get(growers.get_absolute_url()).context
        for answer in ("yes", "no"):
            client.post(reverse("organisations:answer_request", args=[yes.pk]), {"answer": answer})
    yes.refresh_from_db()
    assert yes.confirmed_at is None
    desk = signed_in(admin.member)
    assert len(desk.get(growers.get_absolute_url()).context["waiting"]) == 2
    desk.post(reverse("organisations:answer_request", args=[yes.pk]), {"answer": "yes"})
    desk.post(reverse("organisations:answer_request", args=[no.pk]), {"answer": "no"})
    yes.refresh_from_db()
    assert yes.confirmed_at
    assert not Membership.objects.filter(pk=no.pk).exists()


CONFIRMED = '<span class="tag">confirmed</span>'
UNCONFIRMED = '<span class="tag">not confirmed</span>'
FROM_ELSEWHERE = "the address does not end in @granvik.example"
UNPROVEN = "The address has not been confirmed yet."


@pytest.mark.parametrize(
    ("email", "verified", "domain", "expected"),
    [
        ("vera@granvik.example", True, "granvik.example", {CONFIRMED}),
        ("Vera@Granvik.example", True, "granvik.example", {CONFIRMED}),
        ("vera@granvik.example", False, "granvik.example", {UNCONFIRMED, UNPROVEN}),
        ("vera@else.example", True, "granvik.example", {CONFIRMED, FROM_ELSEWHERE}),
        ("vera@else.example", False, "granvik.example", {UNCONFIRMED, FROM_ELSEWHERE}),
        ("vera@else.example", True, "", {CONFIRMED}),
        ("vera@else.example", False, "", {UNCONFIRMED, UNPROVEN}),
    ],
)
def test_an_administrator_sees_the_address_of_a_request_and_its_state(
    email: str, verified: bool, domain: str, expected: set[str]
) -> None:
    admin = MembershipFactory(role=Role.ADMIN, organisation__email_domain=domain)
    vera = MemberFactory(email=email, title="Arkivarie")
    MembershipFactory(organisation=admin.organisation, member=vera, waiting=True)
    EmailAddress.objects.create(user=vera, email=email.lower(), primary=True, verified=verified)
    EmailAddress.objects.create(user=vera, email="other@example.org", verified=True)
    with translation.override("en"):
        page = signed_in(admin.member).get(admin.organisation.get_absolute_url()).content.decode()
    assert vera.email in page
    assert "Arkivarie" in page
    assert {text for text in (CONFIRMED, UNCONFIRMED, FROM_ELSEWHERE, UNPROVEN) if text in page} == expected
    assert "other@example.org" not in page


def test_an_answer_gets_a_receipt_and_a_refused_answer_gets_none() -> None:
    admin = MembershipFactory(role=Role.ADMIN, organisation__name="Odlarna")
    yes, no = (
        MembershipFactory(organisation=admin.organisation, waiting=True, member__first_name=name)
        for name in ("Vera", "Ivar")
    )
    desk, stranger = signed_in(admin.member), signed_in(MemberFactory())
    for request, answer, receipt in (
        (yes, "yes", f"{yes.member.name} can now represent Odlarna."),
        (no, "no", f"You have declined the request from {no.member.name} to represent Odlarna."),
    ):
        with translation.override("en"):
            url = reverse("organisations:answer_request", args=[request.pk])
            for client, has_receipt in ((stranger, False), (desk, True)):
                page = client.post(url, {"answer": answer}, follow=True).content.decode()
                assert (receipt in page) == has_receipt


def test_an_administrator_edits_the_page() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    url = reverse("organisations:edit", args=[admin.organisation.slug])
    answers = {"description": "Vi **odlar**.", "website": "https://odlarna.example", "name": "Hacked"}
    assert signed_in(MemberFactory()).post(url, answers).status_code == 403
    assert signed_in(admin.member).post(url, answers).status_code == 302
    organisation = Organisation.objects.get(pk=admin.organisation_id)
    assert organisation.name == admin.organisation.name
    page = Client().get(organisation.get_absolute_url()).content.decode()
    assert "<strong>odlar</strong>" in page
    assert "https://odlarna.example" in page


def test_an_invalid_website_is_an_error_of_its_field() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    url = reverse("organisations:edit", args=[admin.organisation.slug])
    response = signed_in(admin.member).post(
        url, {"description": "Vi odlar.", "website": "javascript:alert(1)"}
    )
    assert list(response.context["form"].errors) == ["website"]
    assert "Vi odlar." in response.content.decode()


def test_joining_an_organisation_creates_a_waiting_request() -> None:
    client = signed_in(MemberFactory())
    response = client.post(reverse("organisations:join"), {"organisation": "Växjö kommun"}, follow=True)
    assert response.status_code == 200
    membership = Membership.objects.get()
    assert membership.confirmed_at is None
    assert response.context["organisation"] == membership.organisation

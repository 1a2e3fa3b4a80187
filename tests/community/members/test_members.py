"""Members sign in by address and are shown by name; their address is never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from community.members import policies, services
from community.members.models import Member
from core.audience import RightsChanged, rights_changed, viewer_for
from core.refusals import NotAllowed
from tests.factories import MemberFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def test_an_address_belongs_to_one_account_regardless_of_case() -> None:
    member = Member.objects.create_user("Anna.Ek@Example.ORG", "a long password")
    assert member.email == "anna.ek@example.org"
    with pytest.raises(IntegrityError):
        Member.objects.create(email="ANNA.EK@example.org")


def test_a_member_signs_in_with_address_and_password() -> None:
    member = MemberFactory(email="anna@example.org", password="a long password")
    assert authenticate(email="anna@example.org", password="a long password") == member
    assert authenticate(email="anna@example.org", password="another") is None


def test_a_member_without_a_name_is_not_shown_by_address() -> None:
    member = MemberFactory(first_name="", last_name="", email="hidden@example.org")
    assert "hidden" not in str(member)
    assert str(member)


def test_only_the_member_can_edit_their_profile() -> None:
    member, other = MemberFactory(title=""), MemberFactory(is_staff=True)
    assert not policies.can_edit_profile(viewer_for(other), member)
    with pytest.raises(NotAllowed):
        services.edit_profile(actor=other, member=member, first_name="X", last_name="Y", title="Z")
    services.edit_profile(actor=member, member=member, first_name="Ann", last_name="Ek", title="Archivist")
    member.refresh_from_db()
    assert (member.name, member.title) == ("Ann Ek", "Archivist")


def test_the_page_of_a_member_shows_name_and_confirmed_organisations_not_the_address(client: Client) -> None:
    membership = MembershipFactory(member=MemberFactory(email="hidden@example.org", title="Archivist"))
    waiting = MembershipFactory(member=membership.member, waiting=True)
    client.force_login(MemberFactory())
    page = client.get(membership.member.get_absolute_url()).content.decode()
    assert membership.member.name in page
    assert "Archivist" in page
    assert membership.organisation.name in page
    assert waiting.organisation.name not in page
    assert "hidden@example.org" not in page


def test_pages_of_members_are_shown_to_members_only(client: Client) -> None:
    url = MemberFactory().get_absolute_url()
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={url}"


def test_a_closed_account_has_no_page(client: Client) -> None:
    closed = MemberFactory(is_active=False)
    client.force_login(MemberFactory())
    assert client.get(closed.get_absolute_url()).status_code == 404


def test_the_form_saves_the_profile_and_ignores_other_fields(client: Client) -> None:
    member = MemberFactory()
    client.force_login(member)
    url = reverse("members:profile")
    assert client.get(url).status_code == 200
    client.post(url, {"first_name": "Ann", "last_name": "Ek", "title": "Archivist", "is_staff": "on"})
    member.refresh_from_db()
    assert (member.first_name, member.title, member.is_staff) == ("Ann", "Archivist", False)


@pytest.mark.parametrize(
    ("change", "is_announced"),
    [
        ({"is_active": False}, True),
        ({"is_staff": True}, True),
        ({"sessions_ended": 1}, True),
        ({"title": "Arkivarie"}, False),
    ],
)
def test_a_member_who_gains_or_loses_rights_is_announced(
    change: dict[str, object], is_announced: bool, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    member = MemberFactory()
    announced: list[int] = []

    def receive(fact: RightsChanged, **kwargs: object) -> None:
        announced.append(fact.member_id)

    rights_changed.connect(receive)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for name, value in change.items():
                setattr(member, name, value)
            member.save(update_fields=list(change))
    finally:
        rights_changed.disconnect(receive)
    assert announced == ([member.pk] if is_announced else [])

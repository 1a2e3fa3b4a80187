"""Members of an organisation: administrators change roles and remove members, and each member may leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.organisations import services
from community.organisations.models import Membership, Role
from community.organisations.policies import can_edit, can_speak_for
from core.audience import viewer_for
from core.refusals import Refusal
from tests.factories import MemberFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def signed_in(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.member)
    return client


def page_of(membership: Membership) -> str:
    return reverse("organisations:membership", args=[membership.organisation.slug, membership.pk])


def message_of(page: Any) -> str:
    (message,) = page.context["messages"]
    return str(message)


@pytest.fixture
def admin() -> Membership:
    return MembershipFactory(role=Role.ADMIN)


@pytest.fixture
def colleague(admin: Membership) -> Membership:
    return MembershipFactory(organisation=admin.organisation)


def test_an_administrator_gives_a_colleague_the_role_and_takes_it_back(
    admin: Membership, colleague: Membership
) -> None:
    desk = signed_in(admin)
    for role, may in (("admin", True), ("member", False)):
        answer = desk.post(page_of(colleague), {"change": role}, follow=True)
        assert colleague.member.name in message_of(answer)
        assert bool(can_edit(viewer_for(colleague.member), admin.organisation)) is may


def test_an_administrator_cannot_change_their_own_role(admin: Membership) -> None:
    with pytest.raises(Refusal):
        services.give_role(actor=admin.member, membership=admin, role=Role.MEMBER)
    assert b'value="member"' not in signed_in(admin).get(page_of(admin)).content


def test_an_unknown_role_is_refused(admin: Membership, colleague: Membership) -> None:
    assert signed_in(admin).post(page_of(colleague), {"change": "owner"}).status_code == 200
    colleague.refresh_from_db()
    assert colleague.role == Role.MEMBER


def test_the_page_links_each_reader_to_the_memberships_they_may_change(
    admin: Membership, colleague: Membership
) -> None:
    organisation = admin.organisation.get_absolute_url()
    shown = {
        name: [
            page_of(one)
            for one in (admin, colleague)
            if page_of(one) in who.get(organisation).content.decode()
        ]
        for name, who in {
            "stranger": Client(),
            "member": signed_in(MembershipFactory()),
            "colleague": signed_in(colleague),
            "admin": signed_in(admin),
        }.items()
    }
    assert shown == {
        "stranger": [],
        "member": [],
        "colleague": [page_of(colleague)],
        "admin": [page_of(admin), page_of(colleague)],
    }
    assert signed_in(colleague).get(page_of(admin)).status_code == 403


def test_a_member_who_leaves_gets_a_receipt(admin: Membership, colleague: Membership) -> None:
    desk = signed_in(colleague)
    left = desk.post(page_of(colleague), {"change": "end"}, follow=True)
    assert admin.organisation.name in message_of(left)
    assert not can_speak_for(viewer_for(colleague.member), admin.organisation)


def test_removing_a_colleague_offers_no_undo(admin: Membership, colleague: Membership) -> None:
    page = signed_in(admin).post(page_of(colleague), {"change": "end"}, follow=True)
    assert page.redirect_chain == [(admin.organisation.get_absolute_url(), 302)]
    assert colleague.member.name in message_of(page)
    assert not Membership.objects.filter(pk=colleague.pk).exists()


def test_only_the_last_administrator_is_warned(admin: Membership, colleague: Membership) -> None:
    assert signed_in(admin).get(page_of(admin)).context["is_last"]
    assert not signed_in(admin).get(page_of(colleague)).context["is_last"]
    MembershipFactory(organisation=admin.organisation, role=Role.ADMIN)
    assert not signed_in(admin).get(page_of(admin)).context["is_last"]


def test_a_waiting_membership_has_no_page(admin: Membership) -> None:
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    assert signed_in(admin).get(page_of(waiting)).status_code == 404


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_answering_a_request_that_was_declined_meanwhile_shows_a_message(
    admin: Membership, answer: str
) -> None:
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    address = reverse("organisations:answer_request", args=[waiting.pk])
    services.decline_membership(actor=MemberFactory(is_staff=True), membership=waiting)
    page = signed_in(admin).post(
        address, {"answer": answer, "organisation": admin.organisation.slug}, follow=True
    )
    assert page.redirect_chain == [(admin.organisation.get_absolute_url(), 302)]
    assert message_of(page)
    assert signed_in(admin).post(address, {"answer": answer}).status_code == 404


def test_declining_late_keeps_a_membership_that_another_administrator_confirmed(admin: Membership) -> None:
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    services.confirm_membership(actor=MemberFactory(is_staff=True), membership=waiting)
    address = reverse("organisations:answer_request", args=[waiting.pk])
    for who in (admin, waiting):
        page = signed_in(who).post(
            address, {"answer": "no", "organisation": admin.organisation.slug}, follow=True
        )
        assert "besvarad" in message_of(page)
    assert can_speak_for(viewer_for(waiting.member), admin.organisation)


def test_staff_who_confirm_their_own_request_get_the_receipt_of_a_confirmation() -> None:
    own = MembershipFactory(member__is_staff=True, waiting=True)
    address = reverse("organisations:answer_request", args=[own.pk])
    page = signed_in(own).post(address, {"answer": "yes"}, follow=True)
    assert list(page.context["messages"]) == []
    assert page.context["answered"]["member"] == own.member
    assert can_speak_for(viewer_for(own.member), own.organisation)

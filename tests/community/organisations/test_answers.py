"""The answer to a membership request can be undone: the request waits as before, and no notice is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect
from wagtail.models import ModelLogEntry

from community.members.models import Member
from community.notifications.models import Notice
from community.organisations import answers, services
from community.organisations.models import Membership, Organisation, Role
from community.organisations.policies import can_speak_for
from core.audience import viewer_for
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory
from tests.support.axe import accessibility_faults
from tests.support.people import signed_in_page
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

UNDO = "main .message .link-button"


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def waiting_request(**organisation: Any) -> tuple[Member, Membership]:
    """Create an administrator and a membership request that waits for an answer."""
    admin = MembershipFactory(role=Role.ADMIN, **{f"organisation__{k}": v for k, v in organisation.items()})
    return admin.member, MembershipFactory(organisation=admin.organisation, waiting=True)


def answered(client: Client, membership: Membership, answer: str) -> str:
    """Answer the request and return the signed value that undoes the answer."""
    address = reverse("organisations:answer_request", args=[membership.pk])
    return client.post(address, {"answer": answer}).url.partition("?answered=")[2]


def undo(client: Client, signed_answer: str) -> Any:
    return client.post(reverse("organisations:undo_answer"), {"answered": signed_answer}, follow=True)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_undoing_an_answer_restores_the_request(answer: str) -> None:
    admin, request = waiting_request()
    later = MembershipFactory(organisation=request.organisation, waiting=True)
    desk = signed_in(admin)
    page = undo(desk, answered(desk, request, answer))
    assert page.status_code == 200
    again = Membership.objects.get(organisation=request.organisation, member=request.member)
    assert (again.confirmed_at, again.role, again.created_at) == (None, Role.MEMBER, request.created_at)
    assert not can_speak_for(viewer_for(request.member), request.organisation)
    assert list(page.context["waiting"]) == [again, later], "in its former position"
    assert "answered" not in page.redirect_chain[-1][0]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_only_the_administrator_who_answered_can_undo_it_from_the_receipt(answer: str) -> None:
    admin, request = waiting_request()
    desk = signed_in(admin)
    url = f"{request.organisation.get_absolute_url()}?answered={answered(desk, request, answer)}"
    assert desk.get(url).context["answered"]["member"] == request.member
    assert desk.get(request.organisation.get_absolute_url()).context["answered"] is None
    for other in (Client(), signed_in(request.member), signed_in(MemberFactory())):
        assert "answered" not in other.get(url).context
    undo(desk, url.partition("=")[2])
    assert desk.get(url).context["answered"] is None


def test_an_answer_can_be_undone_once_and_only_while_it_is_the_latest() -> None:
    admin, request = waiting_request()
    desk = signed_in(admin)
    first = answered(desk, request, "yes")
    undo(desk, first)
    second = answered(desk, request, "yes")
    with translation.override("en"):
        assert "can no longer be undone" in undo(desk, first).content.decode()
    assert can_speak_for(viewer_for(request.member), request.organisation), "the later answer holds"
    undo(desk, second)
    declined = answered(desk, request, "no")
    MembershipFactory(organisation=request.organisation, member=request.member, waiting=True)
    undo(desk, declined)
    assert Membership.objects.filter(member=request.member).count() == 1


@pytest.mark.parametrize(
    "signed_answer",
    ["", "made up", signing.dumps([1, 2, "", False, None])],
    ids=["none", "made up", "another salt"],
)
def test_an_invalid_signed_value_undoes_nothing(signed_answer: str) -> None:
    admin, request = waiting_request()
    assert undo(signed_in(admin), signed_answer).status_code == 409
    url = request.organisation.get_absolute_url()
    assert signed_in(admin).get(url, {"answered": signed_answer}).context["answered"] is None


def test_an_answer_cannot_be_undone_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    admin, request = waiting_request()
    desk = signed_in(admin)
    signed_answer = answered(desk, request, "yes")
    monkeypatch.setattr(answers, "UNDO_WITHIN", -answers.UNDO_WITHIN)
    assert undo(desk, signed_answer).status_code == 409
    assert can_speak_for(viewer_for(request.member), request.organisation)


def test_a_former_administrator_cannot_undo_an_answer() -> None:
    admin, request = waiting_request()
    desk = signed_in(admin)
    signed_answer = answered(desk, request, "yes")
    admin.memberships.update(role=Role.MEMBER)
    undo(desk, signed_answer)
    assert can_speak_for(viewer_for(request.member), request.organisation)


@pytest.mark.parametrize("is_reference", [True, False])
def test_undoing_the_first_confirmation_makes_the_organisation_unclaimed_again(is_reference: bool) -> None:
    request = MembershipFactory(
        organisation=OrganisationFactory(claimed_at=None, is_reference=is_reference), waiting=True
    )
    staff = signed_in(MemberFactory(is_staff=True, is_superuser=True))
    undo(staff, answered(staff, request, "yes"))
    found = Organisation.objects.get(pk=request.organisation_id)
    assert (found.claimed_at, found.is_reference) == (None, is_reference)
    request.refresh_from_db()
    assert request.role == Role.MEMBER


@pytest.mark.parametrize(
    ("answer", "actions"),
    [
        ("yes", ["organisations.confirm_member", "organisations.undo_confirm"]),
        ("no", ["organisations.decline_member", "organisations.undo_decline"]),
    ],
)
def test_the_audit_log_has_the_answer_and_its_undoing(answer: str, actions: list[str]) -> None:
    admin, request = waiting_request()
    desk = signed_in(admin)
    undo(desk, answered(desk, request, answer))
    entries = ModelLogEntry.objects.filter(user=admin).order_by("pk")
    assert [entry.action for entry in entries] == actions
    assert {entry.data["member"] for entry in entries} == {request.member_id}


@pytest.mark.parametrize("runs_before_undo", [True, False])
def test_the_member_gets_one_notice_after_several_undone_answers(runs_before_undo: bool) -> None:
    """The worker may create the notices before or after the answer is undone."""
    admin = MembershipFactory(role=Role.ADMIN)
    request = services.join_organisation(actor=MemberFactory(), organisation=admin.organisation)
    run_due_tasks()
    desk = signed_in(admin.member)
    for answer in ("yes", "no"):
        signed_answer = answered(desk, request, answer)
        if runs_before_undo:
            run_due_tasks()
        undo(desk, signed_answer)
        run_due_tasks()
        request = Membership.objects.get(member=request.member)
        assert not Notice.objects.exists()
    answered(desk, request, "yes")
    run_due_tasks()
    notices = [(notice.member_id, notice.kind) for notice in Notice.objects.all()]
    assert notices == [(request.member_id, "membership_confirmed")]


def test_the_notice_of_an_undone_confirmation_is_hidden_before_the_worker_runs() -> None:
    admin, request = waiting_request()
    desk, theirs = signed_in(admin), signed_in(request.member)
    signed_answer = answered(desk, request, "yes")
    run_due_tasks()
    listed = reverse("notifications:notices")
    assert len(theirs.get(listed).context["notices"]) == 1
    undo(desk, signed_answer)
    assert theirs.get(listed).context["notices"] == []


def test_a_waiting_member_can_withdraw_the_request_on_the_page() -> None:
    _, request = waiting_request(name="Odlarna")
    theirs = signed_in(request.member)
    with translation.override("en"):
        page = theirs.get(request.organisation.get_absolute_url()).content.decode()
        address = reverse("organisations:answer_request", args=[request.pk])
        assert address in page
        receipt = theirs.post(address, {"answer": "no"}, follow=True).content.decode()
    assert "You have withdrawn your request to represent Odlarna." in receipt
    assert address not in receipt
    assert not Membership.objects.filter(pk=request.pk).exists()


def test_a_long_address_fits_the_smallest_screen(live_site: str, new_page: Callable[..., Page]) -> None:
    admin, request = waiting_request()
    request.member.email = "forstenamn.mellannamn.efternamn@forvaltningen.exempelkommun.example"
    request.member.save()
    page = new_page(viewport={"width": 320, "height": 800})
    for member, path in (
        (admin, request.organisation.get_absolute_url()),
        (request.member, reverse("organisations:welcome")),
    ):
        signed_in_page(page, live_site, member).goto(live_site + path, timeout=30_000)
        assert request.member.email in page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("scripts", "scheme", "width"), [(True, "dark", 360), (False, "light", 1280)])
def test_by_keyboard_with_and_without_scripts(
    live_site: str, new_page: Callable[..., Page], scripts: bool, scheme: str, width: int
) -> None:
    admin, request = waiting_request()
    page = signed_in_page(
        new_page(java_script_enabled=scripts, color_scheme=scheme, viewport={"width": width, "height": 800}),
        live_site,
        admin,
    )
    page.goto(live_site + request.organisation.get_absolute_url(), timeout=30_000)
    page.locator("main button[name=answer][value=yes]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(UNDO)).to_be_visible()
    assert request.member.name in page.locator("main .message").inner_text()
    if scripts:
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(UNDO).focus()
    page.keyboard.press("Enter")
    expect(page.locator("main button[name=answer][value=yes]")).to_be_visible()
    expect(page.locator(UNDO)).to_have_count(0)
    assert not can_speak_for(viewer_for(request.member), request.organisation)

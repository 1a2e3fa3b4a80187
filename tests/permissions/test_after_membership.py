"""A right ends with its membership: on every page, in every service and in every stored audience."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.notifications.services import notify
from community.organisations.answers import Answer
from community.organisations.models import Membership, Role
from community.organisations.services import (
    confirm_membership,
    decline_membership,
    join_organisation,
    undo_answer,
)
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from community.use_cases import services as use_cases
from core.audience import AudienceField, member_token
from core.refusals import NotAllowed
from knowledge import services as knowledge
from knowledge.models import UseCasePage
from knowledge.services import UseCaseText
from tests.factories import MembershipFactory, ProjectFactory
from tests.support.sockets import socket_to

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

CARD = Card(title="Written by who has left", stage="pilot")
TEXT = UseCaseText(title="A draft of ours", summary="What is gained.", stage="idea")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def addresses_of(project: Project) -> Iterator[str]:
    yield project.get_absolute_url()
    for name in ("edit", "history", "withdraw", "visibility"):
        yield reverse(f"projects:{name}", args=[project.pk])
    yield reverse("api:project", args=[project.pk])
    yield thread_of(project).get_absolute_url()
    yield reverse("discussions:changes", args=[thread_of(project).pk])
    yield reverse("api:posts", args=[thread_of(project).pk])


def reachable(member: Member, project: Project) -> set[str]:
    client = signed_in(member)
    return {address for address in addresses_of(project) if client.get(address).status_code != 404}


def stored_for(member: Member) -> list[Model]:
    """Return every row whose stored audience names the member."""
    return [
        row
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, AudienceField)
        for row in model._base_manager.filter(**{f"{field.name}__meets": [member_token(member.pk)]})
    ]


def end(membership: Membership) -> Answer:
    admin = MembershipFactory(organisation=membership.organisation, role=Role.ADMIN).member
    answer = Answer.awaited(membership)
    decline_membership(actor=admin, membership=membership)
    return answer


def test_a_withdrawn_project_is_visible_to_its_organisation_but_not_to_an_author_who_left() -> None:
    theirs = MembershipFactory()
    project = ProjectFactory(organisation=theirs.organisation, author=theirs.member)
    services.withdraw_project(actor=theirs.member, project=project)
    colleague = MembershipFactory(organisation=theirs.organisation).member
    post_message(thread=thread_of(project), actor=colleague, text="Only among us")
    notify(kind="posts", member_ids=[theirs.member_id], subject_id=project.subject_id, key="post:1")
    assert reachable(theirs.member, project)

    end(theirs)
    project = Project.objects.get(pk=project.pk)
    assert reachable(theirs.member, project) == set()
    assert project.title not in signed_in(theirs.member).get(reverse("projects:mine")).content.decode()
    assert (
        project.title not in signed_in(theirs.member).get(reverse("notifications:notices")).content.decode()
    )
    assert stored_for(theirs.member) == []
    for refused in (
        lambda: services.edit_project(actor=theirs.member, project=project, card=CARD, publish=False),
        lambda: services.restore_version(
            actor=theirs.member, project=project, revision=project.latest_revision
        ),
        lambda: services.discard_draft(actor=theirs.member, project=project),
        lambda: post_message(thread=thread_of(project), actor=theirs.member, text="Still here"),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert reachable(colleague, project) == set(addresses_of(project))


def test_a_former_member_who_asks_again_gets_no_rights_before_confirmation() -> None:
    theirs = MembershipFactory()
    project = ProjectFactory(organisation=theirs.organisation, author=theirs.member, publish=False)
    end(theirs)
    again = join_organisation(actor=theirs.member, organisation=theirs.organisation)
    assert again.confirmed_at is None
    project = Project.objects.get(pk=project.pk)
    assert reachable(theirs.member, project) == set()
    assert not Project.objects.editable_by(theirs.member_id).exists()


def test_an_applicants_draft_is_visible_to_its_author_until_the_request_is_declined() -> None:
    waiting = MembershipFactory(waiting=True)
    member, organisation = waiting.member, waiting.organisation
    draft = ProjectFactory(organisation=organisation, author=member, publish=False)
    seen = reachable(member, draft)
    assert draft.get_absolute_url() in seen

    answer = end(waiting)
    draft.refresh_from_db()
    assert reachable(member, draft) == set()
    assert not Project.objects.editable_by(member.pk).exists()
    assert stored_for(member) == []
    with pytest.raises(NotAllowed):
        services.edit_project(actor=member, project=draft, card=CARD, publish=False)

    admin = organisation.memberships.get(role=Role.ADMIN).member
    undo_answer(actor=admin, answer=answer)
    draft.refresh_from_db()
    assert reachable(member, draft) == seen
    assert reachable(admin, draft) == set(), "colleagues do not see what was written while waiting"

    confirm_membership(actor=admin, membership=organisation.memberships.get(member=member))
    draft.refresh_from_db()
    assert reachable(member, draft) == set(addresses_of(draft))
    assert reachable(admin, draft) == set(), "a confirmation does not show the draft to administrators"
    services.edit_project(actor=member, project=draft, card=CARD)
    draft.refresh_from_db()
    assert draft.live


@pytest.mark.parametrize("waits", [True, False], ids=["declined", "left"])
def test_a_submitted_use_case_stays_with_the_editors_after_its_author_left_the_organisation(
    waits: bool,
) -> None:
    theirs = MembershipFactory(waiting=waits)
    page = use_cases.write_use_case(
        actor=theirs.member, organisation=theirs.organisation, text=TEXT, language="sv", submit=False
    )
    edit = reverse("use_cases:edit", args=[page.pk])
    mine = reverse("projects:mine")
    assert signed_in(theirs.member).get(edit).status_code == 200
    assert page.title in signed_in(theirs.member).get(mine).content.decode()

    answer = end(theirs)
    page = UseCasePage.objects.get(pk=page.pk)
    assert signed_in(theirs.member).get(edit).status_code in (403, 404)
    assert page.title not in signed_in(theirs.member).get(mine).content.decode()
    assert signed_in(theirs.member).get(thread_of(page.work).get_absolute_url()).status_code == 404
    assert stored_for(theirs.member) == []
    for refused in (
        lambda: knowledge.edit_draft(actor=theirs.member, page=page, text=TEXT),
        lambda: knowledge.submit_for_review(actor=theirs.member, page=page),
    ):
        with pytest.raises(NotAllowed):
            refused()
    page.save_revision(user=theirs.member)
    page.save()
    assert stored_for(theirs.member) == [], "saving it again gives nothing back"

    if waits:
        admin = theirs.organisation.memberships.get(role=Role.ADMIN).member
        undo_answer(actor=admin, answer=answer)
        assert signed_in(theirs.member).get(edit).status_code == 200


def test_a_former_member_is_not_shown_as_the_organisations_contact() -> None:
    theirs = MembershipFactory()
    project = ProjectFactory(
        organisation=theirs.organisation, author=theirs.member, contact=theirs.member, title="Shown"
    )
    assert theirs.member.name in Client().get(project.get_absolute_url(), {"fresh": 1}).content.decode()
    end(theirs)
    assert theirs.member.name not in Client().get(project.get_absolute_url(), {"fresh": 2}).content.decode()


def test_closing_an_account_leaves_no_draft_with_the_token_of_a_deleted_member() -> None:
    waiting = MembershipFactory(waiting=True)
    ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    member = waiting.member
    pk = member.pk
    member.delete()
    assert stored_for(Member(pk=pk)) == []


@pytest.mark.django_db(transaction=True)
async def test_an_open_socket_closes_and_cannot_be_opened_again() -> None:
    def made() -> tuple[Membership, Project]:
        theirs = MembershipFactory()
        project = ProjectFactory(organisation=theirs.organisation, author=theirs.member, publish=False)
        return theirs, project

    theirs, project = await sync_to_async(made)()
    thread = await sync_to_async(thread_of)(project)
    socket = await socket_to(thread.pk, theirs.member)
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    await sync_to_async(end)(theirs)
    assert await socket.close_code() == 4001
    again = await socket_to(thread.pk, theirs.member)
    assert not await again.open()

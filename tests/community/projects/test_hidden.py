"""A hidden project is hidden also in lists, choosers, the audit log, and forms that were opened before."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from community.organisations.services import decline_membership, join_organisation
from community.projects import policies, services
from community.projects.cards import Card
from community.projects.models import Project
from community.use_cases import services as use_cases
from core.audience import organisation_token, viewer_for
from core.refusals import NotAllowed
from knowledge.policies import can_edit_draft
from knowledge.seeding import EDITORS
from knowledge.services import UseCaseText
from subjects.models import Visibility
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

PUBLISHED = {"title": "By an editor", "action-publish": "action-publish"}
TITLE = "Sammanfatta protokoll"
"""ASCII only, so that JSON does not escape it."""


def browser_of(member: object) -> Client:
    browser = Client()
    browser.force_login(member)
    return browser


@pytest.fixture
def editor() -> Client:
    member = MemberFactory()
    member.groups.add(Group.objects.get(name=EDITORS))
    return browser_of(member)


@pytest.fixture
def withdrawn() -> Project:
    project = ProjectFactory(title=TITLE)
    services.withdraw_project(actor=project.author, project=project)
    project.refresh_from_db()
    return project


def test_an_editor_neither_sees_nor_publishes_changes_that_the_organisation_has_not_published(
    editor: Client,
) -> None:
    project = ProjectFactory(title="Public")
    services.edit_project(
        actor=project.author, project=project, card=Card(title=TITLE, stage="pilot"), publish=False
    )
    for name in ("edit", "history"):
        address = reverse(f"wagtailsnippets_projects_project:{name}", args=[project.pk])
        for answer in (editor.get(address, follow=True), editor.post(address, PUBLISHED, follow=True)):
            assert TITLE not in answer.text
    project.refresh_from_db()
    assert (project.title, project.has_unpublished_changes) == ("Public", True)
    assert (
        editor.get(reverse("wagtailsnippets_projects_project:unpublish", args=[project.pk])).status_code
        == 200
    )


def test_an_editor_corrects_a_project_and_goes_on_with_the_own_draft(editor: Client) -> None:
    project = ProjectFactory(title="Public")
    address = reverse("wagtailsnippets_projects_project:edit", args=[project.pk])
    assert editor.get(address).status_code == 200
    project.title = "Corrected"
    project.save_revision(user=Member.objects.get(pk=editor.session["_auth_user_id"]))
    assert "Corrected" in editor.get(address).text


def test_editors_do_not_get_the_list_of_members(editor: Client) -> None:
    member = MemberFactory(email="gomd@example.org")
    for query in ("", "?export=csv"):
        assert member.email not in editor.get(reverse("wagtailusers_users:index") + query, follow=True).text


def test_a_form_opened_before_a_project_was_withdrawn_does_not_show_the_draft() -> None:
    project = ProjectFactory()
    opened_before = Project.objects.get(pk=project.pk)
    services.withdraw_project(actor=project.author, project=project)
    with pytest.raises(services.StillADraft):
        services.change_visibility(actor=project.author, project=opened_before, to=Visibility.PUBLIC)
    project.refresh_from_db()
    assert project.audience == {organisation_token(project.organisation_id)}


def test_a_version_restored_after_a_project_was_withdrawn_is_a_draft() -> None:
    project = ProjectFactory()
    opened_before, version = Project.objects.get(pk=project.pk), project.latest_revision
    services.withdraw_project(actor=project.author, project=project)
    services.restore_version(actor=project.author, project=opened_before, revision=version)
    project.refresh_from_db()
    assert not project.live


def test_only_the_author_sees_a_draft_of_a_waiting_member() -> None:
    waiting = MembershipFactory(waiting=True)
    colleague = MembershipFactory(organisation=waiting.organisation).member
    draft = ProjectFactory(
        organisation=waiting.organisation, author=waiting.member, publish=False, title=TITLE
    )
    mine = reverse("projects:mine")
    assert TITLE in browser_of(waiting.member).get(mine).text
    assert TITLE not in browser_of(colleague).get(mine).text
    assert policies.can_edit(viewer_for(waiting.member), draft)
    assert not policies.can_edit(viewer_for(colleague), draft)
    with pytest.raises(NotAllowed):
        services.publish_project(actor=colleague, project=draft)


def test_an_editor_does_not_see_the_title_of_an_organisations_draft(
    editor: Client, withdrawn: Project
) -> None:
    chooser = "wagtailsnippetchoosers_projects_project"
    delete = reverse("wagtail_bulk_action", args=["projects", "project", "delete"])
    for address in (
        reverse(f"{chooser}:chosen", args=[withdrawn.pk]),
        f"{reverse(f'{chooser}:chosen_multiple')}?id={withdrawn.pk}",
        f"{delete}?id={withdrawn.pk}",
        f"{delete}?id=all",
        "/admin/reports/site-history/",
    ):
        page = editor.get(address).text
        assert TITLE not in page, address
        assert withdrawn.slug not in page, address


def test_an_editor_sees_the_title_of_a_public_project(editor: Client) -> None:
    public = ProjectFactory(title=TITLE)
    chosen = reverse("wagtailsnippetchoosers_projects_project:chosen", args=[public.pk])
    assert TITLE in editor.get(chosen).text
    assert TITLE in editor.get("/admin/reports/site-history/").text


def test_joining_again_gives_no_access_to_former_drafts_of_the_organisation() -> None:
    membership = MembershipFactory()
    author, organisation = membership.member, membership.organisation
    page = use_cases.write_use_case(
        actor=author,
        organisation=organisation,
        text=UseCaseText(title=TITLE, summary="Kortare köer.", stage="in_use"),
        language="sv",
        submit=False,
    )
    assert can_edit_draft(viewer_for(author), page)
    decline_membership(actor=author, membership=membership)
    join_organisation(actor=author, organisation=organisation)
    page.work.refresh_from_db()
    assert not can_edit_draft(viewer_for(author), page)
    assert viewer_for(author).tokens.isdisjoint(page.work.audience)
    assert TITLE not in browser_of(author).get(reverse("projects:mine")).text

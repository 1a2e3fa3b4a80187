"""Services of projects: writing, editing, versions, visibility and participation, each with its permission."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import ModelLogEntry

from community.organisations.models import Role as MembershipRole
from community.organisations.services import confirm_membership
from community.participation.models import Participation, Role
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.signals import project_posted, projects_changed, took_part
from core.audience import (
    ANONYMOUS,
    EDITORS,
    MEMBERS,
    PUBLIC,
    STAFF,
    member_token,
    organisation_token,
    viewer_for,
)
from core.refusals import NotAllowed
from knowledge.models import Area, Technology, Work
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    UseCaseFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def facts() -> Iterator[list[object]]:
    received: list[object] = []

    def receive(fact: object, **kwargs: object) -> None:
        received.append(fact)

    signals = (project_posted, projects_changed, took_part)
    for signal in signals:
        signal.connect(receive)
    yield received
    for signal in signals:
        signal.disconnect(receive)


def is_public(project: Project) -> bool:
    return Project.objects.visible_to(ANONYMOUS).filter(pk=project.pk).exists()


def card(project: Project, **changes: object) -> Card:
    """Return the project's input as its form would send it, with some fields changed."""
    version = project.get_latest_revision_as_object()
    kept = {
        "title": version.title,
        "stage": version.stage,
        "benefit": version.benefit,
        "areas": list(version.areas.all()),
        "tags": [tag.name for tag in version.tags.all()],
    }
    return Card(**{**kept, **changes})


# --- posting


def test_a_posted_project_is_public_has_an_owner_and_is_announced_once(
    facts: list[object], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        project = ProjectFactory(tags=["avfall", "kundtjänst"], areas=[Area.objects.get(code="05")])
    assert project.live
    assert project.audience == {PUBLIC}
    assert [p.role for p in project.subject.participations.all()] == [Role.OWNER]
    assert {tag.name for tag in project.tags.all()} == {"avfall", "kundtjänst"}
    assert [area.code for area in project.areas.all()] == ["05"]
    assert [type(fact).__name__ for fact in facts].count("ProjectPosted") == 1


def test_only_confirmed_members_post_in_the_name_of_an_organisation() -> None:
    waiting = MembershipFactory(waiting=True)
    for author in (MemberFactory(), waiting.member):
        with pytest.raises(NotAllowed):
            ProjectFactory(organisation=waiting.organisation, author=author)
    assert not Project.objects.exists()
    assert not Participation.objects.exists()


def test_only_the_author_and_colleagues_see_a_draft() -> None:
    draft = ProjectFactory(publish=False)
    colleague = MembershipFactory(organisation=draft.organisation).member
    waiting = MembershipFactory(organisation=draft.organisation, waiting=True).member
    sees = {
        person: Project.objects.visible_to(viewer_for(person)).filter(pk=draft.pk).exists()
        for person in (draft.author, colleague, waiting, MemberFactory(), MemberFactory(is_staff=True))
    }
    assert list(sees.values()) == [True, True, False, False, False]
    assert not is_public(draft)


def test_only_the_author_sees_the_draft_of_a_waiting_member() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    assert draft.audience == {member_token(waiting.member_id)}


def test_a_waiting_member_can_publish_the_draft_after_the_confirmation() -> None:
    admin = MembershipFactory(role=MembershipRole.ADMIN)
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    draft = ProjectFactory(organisation=admin.organisation, author=waiting.member, publish=False)
    with pytest.raises(NotAllowed):
        services.edit_project(actor=waiting.member, project=draft, card=card(draft))
    confirm_membership(actor=admin.member, membership=waiting)
    services.edit_project(actor=waiting.member, project=draft, card=card(draft, title="Sort waste"))
    draft.refresh_from_db()
    assert (draft.live, draft.title) == (True, "Sort waste")
    assert is_public(draft)


# --- withdrawing


def test_a_withdrawn_project_is_a_draft_with_the_last_saved_content() -> None:
    project = ProjectFactory(title="Public")
    colleague = MembershipFactory(organisation=project.organisation).member
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="Later"), publish=False
    )
    services.withdraw_project(actor=colleague, project=project)
    project = Project.objects.get(pk=project.pk)
    assert (project.live, project.title, project.revisions.count()) == (False, "Later", 2)
    assert project.audience == {organisation_token(project.organisation_id)}
    services.edit_project(actor=colleague, project=project, card=card(project))
    assert is_public(project)


def test_discarded_changes_stay_in_the_history() -> None:
    project = ProjectFactory(title="Public")
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="Later"), publish=False
    )
    with pytest.raises(NotAllowed):
        services.discard_draft(actor=MemberFactory(), project=project)
    services.discard_draft(actor=project.author, project=project)
    project = Project.objects.get(pk=project.pk)
    assert project.get_latest_revision_as_object().title == "Public"
    assert (project.has_unpublished_changes, project.revisions.count()) == (False, 2)


# --- editing


def test_an_edit_is_published_and_logged() -> None:
    project = ProjectFactory(title="Before", tags=["one"])
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="After", tags=["two"])
    )
    project = Project.objects.get(pk=project.pk)
    assert project.title == "After"
    assert [tag.name for tag in project.tags.all()] == ["two"]
    assert project.revisions.count() == 2
    assert ModelLogEntry.objects.filter(object_id=str(project.pk), user=project.author).exists()


def test_saving_changes_as_a_draft_keeps_the_public_version() -> None:
    project = ProjectFactory(title="Public")
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="Not yet"), publish=False
    )
    project.refresh_from_db()
    assert project.title == "Public"
    assert project.get_latest_revision_as_object().title == "Not yet"
    assert project.audience == {PUBLIC}


def test_a_draft_shows_the_last_saved_content() -> None:
    draft = ProjectFactory(title="First try", tags=["one"], publish=False)
    services.edit_project(
        actor=draft.author, project=draft, card=card(draft, title="Better", tags=["two"]), publish=False
    )
    draft = Project.objects.get(pk=draft.pk)
    assert draft.title == "Better"
    assert [tag.name for tag in draft.tags.all()] == ["two"]
    assert not draft.live
    assert not is_public(draft)


@pytest.mark.parametrize("publish", [True, False])
def test_an_edit_of_an_outdated_version_is_refused(publish: bool) -> None:
    project = ProjectFactory(title="One")
    seen = project.latest_revision_id
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="Two"), publish=publish
    )
    with pytest.raises(services.EditedMeanwhile):
        services.edit_project(
            actor=project.author, project=project, card=card(project, title="Three"), seen_revision=seen
        )
    project.refresh_from_db()
    assert project.get_latest_revision_as_object().title == "Two"


def test_strangers_and_waiting_members_cannot_change_a_project() -> None:
    project = ProjectFactory(title="Ours")
    for actor in (MemberFactory(), MembershipFactory(organisation=project.organisation, waiting=True).member):
        for action in (
            lambda: services.edit_project(actor=actor, project=project, card=card(project, title="Theirs")),  # noqa: B023
            lambda: services.restore_version(actor=actor, project=project, revision=project.latest_revision),  # noqa: B023
            lambda: services.change_visibility(actor=actor, project=project, to="members"),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                action()
    project.refresh_from_db()
    assert (project.title, project.audience, project.revisions.count()) == ("Ours", {PUBLIC}, 1)


def test_staff_edit_a_public_project_and_cannot_publish_a_draft() -> None:
    staff = MemberFactory(is_staff=True)
    project, draft = ProjectFactory(), ProjectFactory(publish=False)
    services.edit_project(actor=staff, project=project, card=card(project, title="Fixed"))
    with pytest.raises(NotAllowed):
        services.edit_project(actor=staff, project=draft, card=card(draft))
    project.refresh_from_db()
    assert project.title == "Fixed"
    assert not is_public(draft)


def test_a_record_from_an_inventory_is_read_only() -> None:
    record = ReferenceFactory()
    colleague = MembershipFactory(organisation=record.organisation).member
    with pytest.raises(NotAllowed):
        services.edit_project(actor=colleague, project=record, card=Card(title="Ours now", stage="idea"))


# --- versions


def test_restoring_a_version_restores_its_terms_and_tags() -> None:
    area, technology = Area.objects.get(code="05"), Technology.objects.top().first()
    project = ProjectFactory(title="One", tags=["old"], areas=[area], technologies=[technology])
    first = project.latest_revision
    services.edit_project(
        actor=project.author, project=project, card=Card(title="Two", stage="in_use", tags=["new"])
    )
    services.restore_version(actor=project.author, project=project, revision=first)
    project = Project.objects.get(pk=project.pk)
    assert (project.title, project.stage) == ("One", "pilot")
    assert [tag.name for tag in project.tags.all()] == ["old"]
    assert list(project.areas.all()) == [area]
    assert list(project.technologies.all()) == [technology]
    assert project.revisions.count() == 3, "the versions in between are kept"


def test_restoring_a_version_keeps_audience_organisation_and_participations() -> None:
    project = ProjectFactory()
    first = project.latest_revision
    left = project.organisation
    services.adopt(
        actor=(other := MembershipFactory()).member,
        organisation=other.organisation,
        subject=project,
        stage="pilot",
    )
    services.edit_project(actor=project.author, project=project, card=card(project, title="Two"))
    services.change_visibility(actor=project.author, project=project, to="members")
    # After a merge the project belongs to another organisation, and the former one is deleted.
    heir = MembershipFactory()
    Participation.objects.filter(subject=project.subject).update(organisation=heir.organisation)
    Project.objects.filter(pk=project.pk).update(organisation=heir.organisation)
    Participation.objects.filter(subject=project.subject, role=Role.ADOPTER).update(
        organisation=other.organisation
    )
    left.delete()

    project = Project.objects.get(pk=project.pk)
    services.restore_version(actor=heir.member, project=project, revision=first)
    project = Project.objects.get(pk=project.pk)
    assert project.organisation == heir.organisation
    assert project.audience == {MEMBERS}
    assert project.subject.participations.filter(role=Role.ADOPTER, organisation=other.organisation).exists()
    assert not is_public(project)


def test_restoring_a_version_with_a_deleted_contact_leaves_the_contact_empty() -> None:
    contact = MemberFactory()
    project = ProjectFactory(contact=contact)
    first = project.latest_revision
    contact.delete()
    services.restore_version(actor=project.author, project=project, revision=first)
    project.refresh_from_db()
    assert project.contact is None


def test_restoring_from_an_outdated_instance_keeps_a_newer_visibility() -> None:
    project = ProjectFactory(title="One")
    first, outdated = project.latest_revision, Project.objects.get(pk=project.pk)
    services.change_visibility(actor=project.author, project=project, to="organisation")
    services.restore_version(actor=project.author, project=outdated, revision=first)
    outdated.refresh_from_db()
    assert (outdated.visibility, outdated.live) == ("organisation", True)
    assert not is_public(outdated)


def test_restoring_a_draft_keeps_it_a_draft() -> None:
    draft = ProjectFactory(title="One", publish=False)
    first = draft.latest_revision
    services.edit_project(actor=draft.author, project=draft, card=card(draft, title="Two"), publish=False)
    services.restore_version(actor=draft.author, project=draft, revision=first)
    draft.refresh_from_db()
    assert (draft.title, draft.live) == ("One", False)
    assert not is_public(draft)


# --- audience


def test_a_project_for_the_organisation_only_stays_hidden_when_it_is_edited() -> None:
    project = ProjectFactory()
    services.change_visibility(actor=project.author, project=project, to="organisation")
    services.edit_project(actor=project.author, project=project, card=card(project, title="Still ours"))
    project.refresh_from_db()
    assert project.title == "Still ours"
    assert project.audience == {organisation_token(project.organisation_id)}
    assert not Project.objects.visible_to(viewer_for(MemberFactory())).filter(pk=project.pk).exists()
    services.change_visibility(actor=project.author, project=project, to="public")
    assert is_public(project)


def test_changing_the_visibility_of_a_draft_is_refused() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    with pytest.raises(services.StillADraft):
        services.change_visibility(actor=waiting.member, project=draft, to="public")
    assert not is_public(draft)


def test_a_project_that_staff_unpublish_is_hidden_until_it_is_published_again() -> None:
    project = ProjectFactory()
    project.unpublish()
    project.refresh_from_db()
    assert not is_public(project)
    assert project.audience == {STAFF, EDITORS, organisation_token(project.organisation_id)}
    project.latest_revision.publish()
    project.refresh_from_db()
    assert project.live
    assert project.audience == {PUBLIC}


# --- participation


def test_an_organisation_adopts_a_project_once() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    services.adopt(
        actor=ours.member, organisation=ours.organisation, subject=project, stage="pilot", note="Smaller"
    )
    with pytest.raises(services.AlreadyTakesPart):
        services.adopt(actor=ours.member, organisation=ours.organisation, subject=project)
    with pytest.raises(services.AlreadyOwner):
        services.adopt(actor=project.author, organisation=project.organisation, subject=project)
    adopters = project.subject.participations.adopters()
    assert [(p.organisation, p.stage, p.note) for p in adopters] == [(ours.organisation, "pilot", "Smaller")]


def test_only_confirmed_members_adopt_in_the_name_of_an_organisation() -> None:
    project, waiting = ProjectFactory(), MembershipFactory(waiting=True)
    for actor in (waiting.member, MemberFactory(), MemberFactory(is_staff=True)):
        with pytest.raises(NotAllowed):
            services.adopt(actor=actor, organisation=waiting.organisation, subject=project)
    assert not project.subject.participations.adopters().exists()


def test_only_the_adopter_withdraws_its_participation() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    participation = ParticipationFactory(project=project, organisation=ours.organisation)
    with pytest.raises(NotAllowed):
        services.withdraw_participation(actor=project.author, participation=participation)
    services.withdraw_participation(actor=ours.member, participation=participation)
    assert not project.subject.participations.adopters().exists()


def test_only_the_adopter_updates_its_participation() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    participation = ParticipationFactory(project=project, organisation=ours.organisation, note="Smaller")
    for actor in (project.author, MemberFactory(is_staff=True)):
        with pytest.raises(NotAllowed):
            services.update_participation(actor=actor, participation=participation, stage="in_use")
    services.update_participation(
        actor=ours.member, participation=participation, stage="in_use", note="Larger"
    )
    adopter = project.subject.participations.adopters().get()
    assert (adopter.stage, adopter.note) == ("in_use", "Larger")


def test_publishing_a_project_derived_from_a_use_case_adds_an_adopter() -> None:
    work = Work.objects.get(pk=UseCaseFactory().work_id)
    draft = ProjectFactory(derived_from=work, publish=False)
    assert not work.subject.participations.exists(), "a draft adds no adopter to a public page"
    services.edit_project(actor=draft.author, project=draft, card=card(draft, stage="pilot"))
    adopter = work.subject.participations.get()
    assert (adopter.role, adopter.organisation, adopter.stage) == (Role.ADOPTER, draft.organisation, "pilot")
    draft.refresh_from_db()
    assert draft.derived_from == work


def test_a_project_derived_from_an_own_use_case_adds_no_adopter() -> None:
    work, ours = Work.objects.get(pk=UseCaseFactory().work_id), OrganisationFactory()
    ParticipationFactory(work=work, organisation=ours, role=Role.OWNER)
    ProjectFactory(organisation=ours, derived_from=work)
    assert [p.role for p in work.subject.participations.all()] == [Role.OWNER]


def test_each_change_is_announced_after_the_commit(
    facts: list[object], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    actions = (
        lambda: services.edit_project(actor=project.author, project=project, card=card(project, title="Two")),
        lambda: services.change_visibility(actor=project.author, project=project, to="members"),
        lambda: services.adopt(actor=ours.member, organisation=ours.organisation, subject=project),
        lambda: project.subject.participations.adopters().first().delete(),
        lambda: project.unpublish(),
        lambda: project.delete(),
    )
    pk = project.pk
    for action in actions:
        facts.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action()
        assert any(pk in getattr(fact, "project_ids", ()) for fact in facts)

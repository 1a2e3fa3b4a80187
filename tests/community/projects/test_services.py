"""Projects are written, changed, kept in versions, narrowed and joined; a stranger's wish changes nothing."""

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
def heard() -> Iterator[list[object]]:
    facts: list[object] = []

    def hear(fact: object, **kwargs: object) -> None:
        facts.append(fact)

    signals = (project_posted, projects_changed, took_part)
    for signal in signals:
        signal.connect(hear)
    yield facts
    for signal in signals:
        signal.disconnect(hear)


def seen_by_anybody(project: Project) -> bool:
    return Project.objects.visible_to(ANONYMOUS).filter(pk=project.pk).exists()


def card(project: Project, **said: object) -> Card:
    """The project's card as its form would send it, with some answers changed."""
    version = project.get_latest_revision_as_object()
    kept = {
        "title": version.title,
        "stage": version.stage,
        "benefit": version.benefit,
        "areas": list(version.areas.all()),
        "tags": [tag.name for tag in version.tags.all()],
    }
    return Card(**{**kept, **said})


# --- posting


def test_a_posted_project_is_public_owned_and_told_once(
    heard: list[object], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        project = ProjectFactory(tags=["avfall", "kundtjänst"], areas=[Area.objects.get(code="05")])
    assert project.live
    assert project.audience == {PUBLIC}
    assert [p.role for p in project.subject.participations.all()] == [Role.OWNER]
    assert {tag.name for tag in project.tags.all()} == {"avfall", "kundtjänst"}
    assert [area.code for area in project.areas.all()] == ["05"]
    assert [type(fact).__name__ for fact in heard].count("ProjectPosted") == 1


def test_only_those_who_speak_for_the_organisation_post_in_its_name() -> None:
    waiting = MembershipFactory(waiting=True)
    for author in (MemberFactory(), waiting.member):
        with pytest.raises(NotAllowed):
            ProjectFactory(organisation=waiting.organisation, author=author)
    assert not Project.objects.exists()
    assert not Participation.objects.exists()


def test_a_draft_is_seen_by_its_author_and_colleagues_only() -> None:
    draft = ProjectFactory(publish=False)
    colleague = MembershipFactory(organisation=draft.organisation).member
    waiting = MembershipFactory(organisation=draft.organisation, waiting=True).member
    sees = {
        person: Project.objects.visible_to(viewer_for(person)).filter(pk=draft.pk).exists()
        for person in (draft.author, colleague, waiting, MemberFactory(), MemberFactory(is_staff=True))
    }
    assert list(sees.values()) == [True, True, False, False, False]
    assert not seen_by_anybody(draft)


def test_a_waiting_members_draft_is_seen_by_nobody_else_not_even_colleagues() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    assert draft.audience == {member_token(waiting.member_id)}


def test_who_waited_publishes_the_draft_once_let_in() -> None:
    admin = MembershipFactory(role=MembershipRole.ADMIN)
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    draft = ProjectFactory(organisation=admin.organisation, author=waiting.member, publish=False)
    with pytest.raises(NotAllowed):
        services.edit_project(actor=waiting.member, project=draft, card=card(draft))
    confirm_membership(actor=admin.member, membership=waiting)
    services.edit_project(actor=waiting.member, project=draft, card=card(draft, title="Sort waste"))
    draft.refresh_from_db()
    assert (draft.live, draft.title) == (True, "Sort waste")
    assert seen_by_anybody(draft)


# --- taking down


def test_a_project_taken_down_is_a_draft_again_with_what_was_written_last() -> None:
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
    assert seen_by_anybody(project)


def test_what_waits_is_thrown_away_but_stays_in_the_history() -> None:
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


def test_a_change_saved_as_draft_leaves_what_readers_see() -> None:
    project = ProjectFactory(title="Public")
    services.edit_project(
        actor=project.author, project=project, card=card(project, title="Not yet"), publish=False
    )
    project.refresh_from_db()
    assert project.title == "Public"
    assert project.get_latest_revision_as_object().title == "Not yet"
    assert project.audience == {PUBLIC}


def test_a_draft_shows_what_was_last_saved() -> None:
    draft = ProjectFactory(title="First try", tags=["one"], publish=False)
    services.edit_project(
        actor=draft.author, project=draft, card=card(draft, title="Better", tags=["two"]), publish=False
    )
    draft = Project.objects.get(pk=draft.pk)
    assert draft.title == "Better"
    assert [tag.name for tag in draft.tags.all()] == ["two"]
    assert not draft.live
    assert not seen_by_anybody(draft)


@pytest.mark.parametrize("publish", [True, False])
def test_who_began_from_an_older_version_is_stopped(publish: bool) -> None:
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


def test_strangers_and_waiting_members_change_nothing() -> None:
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


def test_staff_mend_a_public_project_but_publish_no_draft() -> None:
    staff = MemberFactory(is_staff=True)
    project, draft = ProjectFactory(), ProjectFactory(publish=False)
    services.edit_project(actor=staff, project=project, card=card(project, title="Mended"))
    with pytest.raises(NotAllowed):
        services.edit_project(actor=staff, project=draft, card=card(draft))
    project.refresh_from_db()
    assert project.title == "Mended"
    assert not seen_by_anybody(draft)


def test_a_record_from_an_inventory_is_read_only() -> None:
    record = ReferenceFactory()
    colleague = MembershipFactory(organisation=record.organisation).member
    with pytest.raises(NotAllowed):
        services.edit_project(actor=colleague, project=record, card=Card(title="Ours now", stage="idea"))


# --- versions


def test_an_earlier_version_comes_back_with_its_terms_and_tags() -> None:
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
    assert project.revisions.count() == 3, "what came between is kept"


def test_a_restored_version_brings_back_neither_audience_nor_organisation_nor_who_takes_part() -> None:
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
    # Organisations merge: the project moves, and the old organisation is gone.
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
    assert not seen_by_anybody(project)


def test_a_version_whose_contact_is_gone_comes_back_without() -> None:
    contact = MemberFactory()
    project = ProjectFactory(contact=contact)
    first = project.latest_revision
    contact.delete()
    services.restore_version(actor=project.author, project=project, revision=first)
    project.refresh_from_db()
    assert project.contact is None


def test_restoring_from_an_outdated_instance_keeps_what_was_chosen_meanwhile() -> None:
    project = ProjectFactory(title="One")
    first, outdated = project.latest_revision, Project.objects.get(pk=project.pk)
    services.change_visibility(actor=project.author, project=project, to="organisation")
    services.restore_version(actor=project.author, project=outdated, revision=first)
    outdated.refresh_from_db()
    assert (outdated.visibility, outdated.live) == ("organisation", True)
    assert not seen_by_anybody(outdated)


def test_restoring_a_draft_keeps_it_a_draft() -> None:
    draft = ProjectFactory(title="One", publish=False)
    first = draft.latest_revision
    services.edit_project(actor=draft.author, project=draft, card=card(draft, title="Two"), publish=False)
    services.restore_version(actor=draft.author, project=draft, revision=first)
    draft.refresh_from_db()
    assert (draft.title, draft.live) == ("One", False)
    assert not seen_by_anybody(draft)


# --- audience


def test_a_narrowed_project_is_hidden_and_stays_so_when_edited() -> None:
    project = ProjectFactory()
    services.change_visibility(actor=project.author, project=project, to="organisation")
    services.edit_project(actor=project.author, project=project, card=card(project, title="Still ours"))
    project.refresh_from_db()
    assert project.title == "Still ours"
    assert project.audience == {organisation_token(project.organisation_id)}
    assert not Project.objects.visible_to(viewer_for(MemberFactory())).filter(pk=project.pk).exists()
    services.change_visibility(actor=project.author, project=project, to="public")
    assert seen_by_anybody(project)


def test_a_draft_cannot_be_shown_to_all_by_widening_its_audience() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    with pytest.raises(services.StillADraft):
        services.change_visibility(actor=waiting.member, project=draft, to="public")
    assert not seen_by_anybody(draft)


def test_what_staff_take_down_is_hidden_until_they_publish_it_again() -> None:
    project = ProjectFactory()
    project.unpublish()
    project.refresh_from_db()
    assert not seen_by_anybody(project)
    assert project.audience == {STAFF, EDITORS, organisation_token(project.organisation_id)}
    project.latest_revision.publish()
    project.refresh_from_db()
    assert project.live
    assert project.audience == {PUBLIC}


# --- taking part


def test_we_do_this_too_puts_the_organisation_on_the_list_once() -> None:
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


def test_nobody_adopts_in_the_name_of_an_organisation_they_do_not_speak_for() -> None:
    project, waiting = ProjectFactory(), MembershipFactory(waiting=True)
    for actor in (waiting.member, MemberFactory(), MemberFactory(is_staff=True)):
        with pytest.raises(NotAllowed):
            services.adopt(actor=actor, organisation=waiting.organisation, subject=project)
    assert not project.subject.participations.adopters().exists()


def test_an_organisation_withdraws_itself_and_nobody_else() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    participation = ParticipationFactory(project=project, organisation=ours.organisation)
    with pytest.raises(NotAllowed):
        services.withdraw_participation(actor=project.author, participation=participation)
    services.withdraw_participation(actor=ours.member, participation=participation)
    assert not project.subject.participations.adopters().exists()


def test_an_organisation_tells_anew_what_it_does_and_nobody_else_tells_for_it() -> None:
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


def test_who_begins_from_a_use_case_joins_its_adopters_when_the_project_is_public() -> None:
    work = Work.objects.get(pk=UseCaseFactory().work_id)
    draft = ProjectFactory(derived_from=work, publish=False)
    assert not work.subject.participations.exists(), "a draft puts nobody's name on a public page"
    services.edit_project(actor=draft.author, project=draft, card=card(draft, stage="pilot"))
    adopter = work.subject.participations.get()
    assert (adopter.role, adopter.organisation, adopter.stage) == (Role.ADOPTER, draft.organisation, "pilot")
    draft.refresh_from_db()
    assert draft.derived_from == work


def test_an_organisation_that_begins_from_its_own_use_case_does_not_adopt_itself() -> None:
    work, ours = Work.objects.get(pk=UseCaseFactory().work_id), OrganisationFactory()
    ParticipationFactory(work=work, organisation=ours, role=Role.OWNER)
    ProjectFactory(organisation=ours, derived_from=work)
    assert [p.role for p in work.subject.participations.all()] == [Role.OWNER]


def test_every_change_is_announced_after_commit(
    heard: list[object], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
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
        heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action()
        assert any(pk in getattr(fact, "project_ids", ()) for fact in heard)

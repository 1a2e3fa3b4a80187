"""The audience of a subject is derived from stored facts by one function."""

from __future__ import annotations

import pytest

from community.discussions.models import Thread
from community.discussions.services import thread_of
from community.participation.models import Role
from community.projects.models import Project
from community.projects.services import change_visibility
from core.audience import EDITORS, MEMBERS, PUBLIC, STAFF, viewer_for
from subjects.audience import audience_of
from subjects.models import Subject, Visibility
from subjects.services import derive_audiences, set_visibility
from tests.factories import (
    GuideFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    UseCaseFactory,
)

OWN = frozenset({"org:7"})
WRITERS = frozenset({STAFF, EDITORS})


@pytest.mark.parametrize(
    ("visibility", "is_out", "owner", "partners", "audience"),
    [
        ("public", True, 7, (), {PUBLIC}),
        ("public", False, 7, (), WRITERS),
        ("members", True, 7, (), {MEMBERS}),
        ("members", False, None, (), WRITERS),
        ("organisation", True, 7, (), OWN),
        ("organisation", True, 7, (8, 9), {"org:7", "org:8", "org:9"}),
        ("organisation", True, None, (), WRITERS),
        ("organisation", False, 7, (8,), WRITERS),
        ("room", True, 7, (8,), set()),
        ("unheard of", True, 7, (8,), set()),
    ],
)
def test_the_audience_is_derived_from_the_stored_visibility(
    visibility: str, is_out: bool, owner: int | None, partners: tuple[int, ...], audience: set[str]
) -> None:
    found = audience_of(visibility=visibility, is_out=is_out, owner=owner, partners=partners, writers=WRITERS)
    assert found == audience


@pytest.mark.django_db
def test_partners_see_a_subject_for_the_organisation_and_other_organisations_do_not() -> None:
    project, partner, adopter = ProjectFactory(), MembershipFactory(), MembershipFactory()
    change_visibility(actor=project.author, project=project, to="organisation")
    part = ParticipationFactory(project=project, organisation=partner.organisation, role=Role.PARTNER)
    ParticipationFactory(project=project, organisation=adopter.organisation, role=Role.ADOPTER)

    def sees(member: object) -> bool:
        return Project.objects.visible_to(viewer_for(member)).filter(pk=project.pk).exists()

    assert [sees(one.member) for one in (partner, adopter)] == [True, False]
    assert sees(project.author)
    part.delete()
    assert not sees(partner.member)


@pytest.mark.django_db
def test_a_derived_audience_is_written_once_and_is_not_widened() -> None:
    project = ProjectFactory()
    set_visibility(instance=project, visibility=Visibility.MEMBERS)
    derive_audiences([project])
    project.unpublish()
    fresh = Project.objects.get(pk=project.pk)
    assert (fresh.subject.is_out, fresh.visibility) == (False, Visibility.MEMBERS)
    fresh.latest_revision.publish()
    assert Project.objects.get(pk=project.pk).audience == {MEMBERS}


@pytest.mark.django_db
def test_a_page_belongs_to_the_organisation_entered_as_its_owner() -> None:
    work, ours = UseCaseFactory().work, OrganisationFactory()
    part = ParticipationFactory(work=work, organisation=ours, role=Role.OWNER)
    assert Subject.objects.get(work=work).owner == ours
    part.delete()
    assert Subject.objects.get(work=work).owner is None


@pytest.mark.django_db
def test_a_subject_is_created_and_deleted_with_its_object_and_its_thread() -> None:
    project = ProjectFactory(publish=False)
    kinds = Subject.objects.filter(pk__in=[project.subject_id, project.organisation.subject_id])
    assert set(kinds.values_list("kind", flat=True)) == {"project", "organisation"}
    thread = thread_of(project)
    project.delete()
    assert not Subject.objects.filter(kind="project").exists()
    assert not Thread.objects.filter(pk=thread.pk).exists()


@pytest.mark.django_db
def test_objects_of_every_kind_are_loaded_by_their_subjects_if_visible() -> None:
    guide, project, hidden = GuideFactory(), ProjectFactory(), ProjectFactory(publish=False)
    ids = [guide.work.subject_id, project.subject_id, hidden.subject_id]
    reader = viewer_for(MemberFactory())
    found = Subject.objects.filter(pk__in=ids).visible_to(reader).loaded()
    assert found == {guide.work.subject_id: guide.work, project.subject_id: project}

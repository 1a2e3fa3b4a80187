"""The owner, the audience and the cached pages follow a participation, whatever code saves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.participation.models import Participation, Role
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from core.audience import organisation_token
from knowledge.models import Work
from subjects.models import Subject, Visibility
from tests.factories import OrganisationFactory, ParticipationFactory, ProjectFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def hidden(project: Project) -> None:
    services.change_visibility(actor=project.author, project=project, to=Visibility.MEMBERS)


def shown(project: Project) -> None:
    services.change_visibility(actor=project.author, project=project, to=Visibility.PUBLIC)


def withdrawn(project: Project) -> None:
    services.withdraw_project(actor=project.author, project=project)


def published(project: Project) -> None:
    services.edit_project(
        actor=project.author, project=project, card=Card(title=project.title, stage="pilot")
    )


@pytest.fixture
def commit(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., Any]:
    def run(change: Callable[..., Any], *arguments: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return change(*arguments)

    return run


@pytest.mark.parametrize(("hide", "show"), [(hidden, shown), (withdrawn, published)])
def test_an_adopted_project_that_is_visible_again_returns_to_the_adopters_cached_page(
    hide: Callable[[Project], None],
    show: Callable[[Project], None],
    client: Client,
    commit: Callable[..., Any],
) -> None:
    project, adopter = ProjectFactory(title="Hidden for a while"), OrganisationFactory()
    ParticipationFactory(project=project, organisation=adopter)
    for change, is_listed in ((None, True), (hide, False), (show, True)):
        if change:
            commit(change, Project.objects.get(pk=project.pk))
        for _ in range(2):
            assert (project.title in client.get(adopter.get_absolute_url()).text) == is_listed


def test_a_moved_participation_leaves_the_cached_page_of_its_former_subject(
    client: Client, commit: Callable[..., Any]
) -> None:
    first, second, adopter = ProjectFactory(), ProjectFactory(), OrganisationFactory(name="Norrsunds kommun")
    row = ParticipationFactory(project=first, organisation=adopter)
    pages = [each.get_absolute_url() for each in (first, second)]
    for _ in range(2):  # The second answer comes from the cache.
        assert [adopter.name in client.get(page).text for page in pages] == [True, False]
    row.subject = second.subject
    commit(row.save)
    assert [adopter.name in client.get(page).text for page in pages] == [False, True]


def test_an_owner_that_gets_another_role_owns_the_subject_no_longer() -> None:
    work, owner = UseCaseFactory().work, OrganisationFactory()
    row = ParticipationFactory(work=work, organisation=owner, role=Role.OWNER)
    assert Subject.objects.get(work=work).owner_id == owner.pk
    row.role = Role.SUPPLIER
    row.save()
    assert Subject.objects.get(work=work).owner_id is None


def test_an_owners_row_that_is_moved_changes_both_subjects() -> None:
    works: list[Work] = [UseCaseFactory().work, UseCaseFactory().work]
    owner = OrganisationFactory()
    row = ParticipationFactory(work=works[0], organisation=owner, role=Role.OWNER)
    row.subject = works[1].subject
    row.save()
    assert [Subject.objects.get(work=work).owner_id for work in works] == [None, owner.pk]


@pytest.mark.parametrize("end", ["another role", "deleted"])
def test_a_former_partner_no_longer_sees_the_organisations_project(end: str) -> None:
    project, partner = ProjectFactory(), OrganisationFactory()
    row = ParticipationFactory(project=project, organisation=partner, role=Role.PARTNER)
    services.change_visibility(actor=project.author, project=project, to=Visibility.ORGANISATION)
    assert organisation_token(partner.pk) in Subject.objects.get(project=project).audience
    row = Participation.objects.get(pk=row.pk)
    if end == "deleted":
        row.delete()
    else:
        row.role = Role.SUPPLIER
        row.save()
    assert organisation_token(partner.pk) not in Subject.objects.get(project=project).audience

"""Search shows only what the viewer may see now, whatever the index or the cache still contains."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from community.organisations.models import Organisation
from community.projects.models import Project
from core.audience import ANONYMOUS, MEMBERS, PUBLIC, Viewer
from knowledge.models import Work
from search.permission_filter import Shown, seen_now
from subjects.models import Visibility
from subjects.services import set_visibility
from tests.factories import (
    GuideFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    UseCaseFactory,
    translated,
)
from tests.support.subjects import show_to
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

EVERYBODY = ANONYMOUS.tokens


def search(client: Client, text: str) -> Any:
    return client.get(reverse("search:search"), {"q": text})


def suggested(client: Client, text: str) -> str:
    return client.get(reverse("search:suggest"), {"q": text}).content.decode()


def alike(client: Client, title: str) -> str:
    return client.get(reverse("search:alike"), {"title": title}).content.decode()


def test_a_project_with_narrowed_visibility_is_not_found_before_the_index_follows(client: Client) -> None:
    project = ProjectFactory(title="Räkna måsarna i hamnen")
    run_due_tasks()
    assert search(client, "måsarna").context["page"].total == 1
    assert project.title in suggested(client, "hamn")
    assert project.title in alike(client, "Räkna måsarna")
    show_to(project, frozenset({MEMBERS}))
    assert search(client, "måsarna").context["page"].total == 0
    assert project.title not in search(client, "måsarna").content.decode()
    assert project.title not in suggested(client, "hamn")
    assert project.title not in alike(client, "Räkna måsarna")


def test_a_former_member_no_longer_finds_the_organisations_own_subjects(client: Client) -> None:
    membership = MembershipFactory()
    project = ProjectFactory(organisation=membership.organisation, title="Räkna måsarna i hamnen")
    set_visibility(instance=project, visibility=Visibility.ORGANISATION)
    run_due_tasks()
    client.force_login(membership.member)
    assert search(client, "måsarna").context["page"].total == 1
    membership.delete()
    assert search(client, "måsarna").context["page"].total == 0


def test_a_hidden_project_is_not_shown_beside_a_page_although_it_is_cached(client: Client) -> None:
    here = ProjectFactory(title="Räkna måsarna i hamnen", seeks="Någon som har räknat måsar")
    there = ProjectFactory(title="Räkna måsarna vid sjön", offers="Vi har räknat måsar i tio år")
    run_due_tasks()
    addresses = [reverse(f"search:{name}", args=["project", here.pk]) for name in ("similar", "partners")]

    def read() -> str:
        return "".join(client.get(address, headers={"hx-request": "true"}).text for address in addresses)

    assert there.title in read()
    Project.objects.filter(pk=there.pk).update(live=False)
    assert there.title not in read()
    assert there.organisation.name not in read()


def test_subjects_similar_to_a_hidden_subject_are_not_shown(client: Client) -> None:
    """They would reveal the topic of the hidden subject."""
    hidden = ProjectFactory(title="Räkna måsarna i hamnen", seeks="Någon som har räknat måsar")
    ProjectFactory(title="Räkna måsarna vid sjön", offers="Vi har räknat måsar i tio år")
    show_to(hidden, {MEMBERS})
    run_due_tasks()
    for name in ("similar", "partners"):
        address = reverse(f"search:{name}", args=["project", hidden.pk])
        assert client.get(address, headers={"hx-request": "true"}).text.strip() == ""


def test_an_unpublished_translation_is_not_found_and_the_other_language_is() -> None:
    page = GuideFactory(title="Börja här")
    english = translated(page, title="Begin here")
    swedish_hit, english_hit = Shown("guide", page.work_id, "sv"), Shown("guide", page.work_id, "en")
    assert seen_now([swedish_hit, english_hit], EVERYBODY) == {swedish_hit, english_hit}
    english.unpublish()
    assert seen_now([swedish_hit, english_hit], EVERYBODY) == {swedish_hit}


def test_the_permissions_of_all_hits_are_checked_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    use_case, project, organisation = UseCaseFactory(), ProjectFactory(), OrganisationFactory()
    shown = [
        Shown("use_case", use_case.work_id, "sv"),
        Shown("project", project.pk, "en"),
        Shown("organisation", organisation.pk, ""),
        Shown("guide", 10**9, "sv"),
    ]
    with django_assert_num_queries(1):
        assert seen_now(shown, EVERYBODY) == set(shown[:3])
    with django_assert_num_queries(0):
        assert seen_now([], EVERYBODY) == set()


@pytest.mark.parametrize("model", [Work, Project, Organisation])
def test_the_filter_uses_the_same_tokens_as_pages(model: Any) -> None:
    subject = {
        Work: lambda: Work.objects.get(pk=UseCaseFactory().work_id),
        Project: ProjectFactory,
        Organisation: OrganisationFactory,
    }[model]()
    kind = {Work: "use_case", Project: "project", Organisation: "organisation"}[model]
    shown = Shown(kind, subject.pk, "sv")
    show_to(subject, frozenset({MEMBERS}))
    member = Viewer(MemberFactory().pk, frozenset({PUBLIC, MEMBERS}))
    assert seen_now([shown], member.tokens) == {shown}
    assert seen_now([shown], EVERYBODY) == set()

"""What is found is shown to who may see it now, whatever the index still says and whatever was remembered."""

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


def test_what_is_narrowed_is_found_no_longer_before_the_index_follows(client: Client) -> None:
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


def test_who_left_an_organisation_finds_its_own_matters_no_longer(client: Client) -> None:
    membership = MembershipFactory()
    project = ProjectFactory(organisation=membership.organisation, title="Räkna måsarna i hamnen")
    set_visibility(instance=project, visibility=Visibility.ORGANISATION)
    run_due_tasks()
    client.force_login(membership.member)
    assert search(client, "måsarna").context["page"].total == 1
    membership.delete()
    assert search(client, "måsarna").context["page"].total == 0


def test_what_is_gone_is_not_shown_beside_a_page_though_the_answer_is_remembered(client: Client) -> None:
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


def test_what_is_similar_to_a_hidden_subject_is_shown_to_nobody(client: Client) -> None:
    """Otherwise it would reveal what the subject is about."""
    hidden = ProjectFactory(title="Räkna måsarna i hamnen", seeks="Någon som har räknat måsar")
    ProjectFactory(title="Räkna måsarna vid sjön", offers="Vi har räknat måsar i tio år")
    show_to(hidden, {MEMBERS})
    run_due_tasks()
    for name in ("similar", "partners"):
        address = reverse(f"search:{name}", args=["project", hidden.pk])
        assert client.get(address, headers={"hx-request": "true"}).text.strip() == ""


def test_a_translation_taken_down_is_found_no_longer_and_the_other_is() -> None:
    page = GuideFactory(title="Börja här")
    english = translated(page, title="Begin here")
    swedish, told = Shown("guide", page.work_id, "sv"), Shown("guide", page.work_id, "en")
    assert seen_now([swedish, told], EVERYBODY) == {swedish, told}
    english.unpublish()
    assert seen_now([swedish, told], EVERYBODY) == {swedish}


def test_everything_shown_is_asked_about_in_one_query(
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
def test_the_same_tokens_decide_as_everywhere(model: Any) -> None:
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

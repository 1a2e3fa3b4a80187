"""The demonstration loads completely, in both languages, with dates in the past, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from community.discussions.models import Post, Thread
from community.members.models import Member
from community.organisations.models import Membership, Organisation, Role
from community.participation.evidence import evidence_of
from community.participation.models import Participation, Result, StageChange
from community.projects.models import Project
from community.statements.models import Statement
from demonstration.entries import entries
from demonstration.load import load_demonstration
from demonstration.load.knowledge import MODELS, work_by_key
from demonstration.load.organisations import by_key as organisations_by_key
from demonstration.load.projects import by_key as projects_by_key
from knowledge.models import GuidePage, HomePage, KnowledgePage, OperatorInfo, SectionPage, UseCasePage
from search.backends import backends


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load once for all tests of this file. They only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demonstration()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "sv"})


def test_all_content_is_loaded() -> None:
    assert len(organisations_by_key()) == len(entries("organisation"))
    assert len(projects_by_key()) == len(entries("project"))
    assert set(work_by_key()) == {
        f"{model.kind}:{entry['key']}" for model in MODELS for entry in entries(model.kind)
    }
    assert Member.objects.count() == len(entries("member"))
    partners = sum(len(project.get("partners", [])) for project in entries("project"))
    owners = len(entries("project")) + len(entries("use_case"))
    assert Participation.objects.count() == owners + partners + len(entries("adoption"))
    assert Post.objects.count() == sum(len(thread["posts"]) for thread in entries("thread"))


def test_three_subjects_have_results_of_three_organisations_in_the_same_measure() -> None:
    assert Result.objects.count() == len(entries("result"))
    enough = []
    for work in work_by_key().values():
        taking_part = work.subject.participations.with_organisations().with_results()
        enough += [one.sentence for one in evidence_of(taking_part).measures if one.strip]
    assert len(enough) >= 3
    assert any(sentence.startswith("6 ") for sentence in enough)


def test_the_recorded_stages_end_in_the_present_one() -> None:
    for page in UseCasePage.objects.filter(locale__language_code="sv"):
        assert StageChange.objects.of_subject_itself(page.work.subject_id).last().stage == page.stage, (
            page.slug
        )


def test_the_operator_is_fictional_and_has_no_reachable_address(reader: Client) -> None:
    facts = OperatorInfo.load()
    assert facts.missing == []
    addresses = (facts.email, facts.security_email, facts.data_protection_email)
    assert all(address.endswith(".example") for address in addresses)
    for path in ("/om/", "/kontakt/", "/personuppgifter/", "/kakor/", "/villkor/"):
        page = reader.get(path).content.decode()
        assert facts.operator in page
        assert "Ej angivet" not in page


def test_a_second_load_writes_nothing() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not load_demonstration()
    read = ("SELECT", "SAVEPOINT", "RELEASE")
    assert [query["sql"] for query in queries if not query["sql"].startswith(read)] == []


def test_organisations_are_claimed_and_their_members_confirmed() -> None:
    assert all(organisation.claimed_at for organisation in organisations_by_key().values())
    assert not Membership.objects.filter(confirmed_at=None).exists()
    admins = [entry["email"] for entry in entries("member") if entry.get("role") == "admin"]
    assert set(Membership.objects.filter(role=Role.ADMIN).values_list("member__email", flat=True)) == set(
        admins
    )


def test_statements_exist_in_both_languages_and_have_terms() -> None:
    assert not Statement.objects.own().filter(text_en="").exists()
    assert not Statement.objects.filter(technologies=None, areas=None).exists()
    assert not Statement.objects.exclude(kind="does").filter(capability=None).exists()
    assert Statement.objects.exclude(about=None).count() > 90


def test_projects_have_dates_in_the_past_and_partners() -> None:
    projects, now = projects_by_key(), timezone.now()
    for entry in entries("project"):
        project = projects[entry["key"]]
        assert project.live
        assert (now - project.first_published_at).days == entry["days_ago"]
        assert project.latest_revision.created_at == project.first_published_at
        partners = {(partner["organisation"], partner["role"]) for partner in entry.get("partners", [])}
        present = set(project.subject.participations.values_list("organisation__slug", "role"))
        assert present >= partners | {(entry["organisation"], "owner")}


def test_pages_are_published_in_both_languages_as_one_work() -> None:
    for work in work_by_key().values():
        pages = list(work.pages.select_related("locale"))
        assert sorted(page.language for page in pages) == ["en", "sv"]
        assert all(page.live and not page.has_unpublished_changes and page.live_revision_id for page in pages)
    first = KnowledgePage.objects.order_by("first_published_at").first()
    assert (timezone.now() - first.first_published_at).days > 30


def test_a_use_case_names_its_organisation() -> None:
    for page in UseCasePage.objects.all():
        assert page.work.subject.participations.filter(role="owner").count() == 1


def test_guides_have_chapters() -> None:
    for guide in GuidePage.objects.all():
        assert len(guide.chapters) >= 3
        assert any(chapter.value["steps"] or chapter.value["checklist"] for chapter in guide.chapters)


def test_the_home_page_and_the_sections_have_texts() -> None:
    assert not HomePage.objects.filter(lead="").exists()
    assert not SectionPage.objects.filter(intro="").exists()
    assert all(len(home.examples) == 3 for home in HomePage.objects.all())


def test_the_posts_of_a_thread_are_in_order() -> None:
    for thread in Thread.objects.exclude(post_count=0):
        times = [post.created_at for post in thread.posts.order_by("number")]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert times[-1] == thread.last_post_at
        assert times[-1] < timezone.now()


def test_all_subjects_are_found_by_search() -> None:
    for backend in backends():
        assert backend.ids("project") >= {project.pk for project in Project.objects.all()}
        assert backend.ids("organisation") >= {
            organisation.pk for organisation in organisations_by_key().values()
        }
        for model in MODELS:
            assert len(backend.ids(model.kind)) == len(entries(model.kind))


def test_every_page_is_readable_for_visitors(reader: Client) -> None:
    subjects = [Organisation.objects.get(slug="granvik"), projects_by_key()["granvik-chattassistent"]]
    subjects += [model.objects.filter(locale__language_code="sv").first() for model in MODELS]
    subjects += HomePage.objects.all()
    for subject in subjects:
        response = reader.get(
            subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else subject.url
        )
        assert response.status_code == 200, subject

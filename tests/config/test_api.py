"""The API returns what the pages show, in pages, with a constant number of queries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.discussions.services import post_message, remove_post, thread_of
from community.members.models import Member
from knowledge.models import Area, Technology, Work
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
    UseCaseFactory,
    translated,
)

pytestmark = pytest.mark.django_db

API = "/api/v1"


def ask(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"{API}{path}", query)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "private, no-store"
    return response.json()


class World:
    def __init__(self) -> None:
        self.organisation = OrganisationFactory()
        self.project = self.posted()
        self.page = UseCaseFactory(areas=Area.objects.filter(code="05"))
        self.thread = thread_of(self.project)
        self.grow()

    def posted(self, **card: Any) -> Any:
        terms = {
            "areas": list(Area.objects.filter(code="05")),
            "technologies": list(Technology.objects.filter(code="ai")),
        }
        return ProjectFactory(organisation=self.organisation, **terms, **card)

    def grow(self) -> None:
        other = MembershipFactory()
        StatementFactory(organisation=self.organisation)
        ParticipationFactory(project=self.project, organisation=other.organisation)
        self.posted()
        ReferenceFactory()
        page = UseCaseFactory(areas=Area.objects.filter(code="05"))
        translated(page, title=f"In English {page.pk}")
        post_message(thread=self.thread, actor=other.member, text=f"Letter {other.pk}")

    @property
    def paths(self) -> list[str]:
        return [
            "/organisations",
            f"/organisations/{self.organisation.slug}",
            "/projects",
            f"/projects/{self.project.pk}",
            "/works",
            f"/works/{self.page.work_id}",
            "/threads",
            f"/threads/{self.thread.pk}",
            f"/threads/{self.thread.pk}/posts",
        ]


@pytest.fixture
def world() -> World:
    return World()


def test_the_number_of_queries_does_not_grow_with_the_data(client: Client, world: World) -> None:
    client.force_login(world.project.author)
    counted = []
    for _ in range(2):
        counts = {}
        for path in world.paths:
            ask(client, path)  # The process caches some values after the first request.
            with CaptureQueriesContext(connection) as queries:
                ask(client, path)
            counts[path] = len(queries)
        counted.append(counts)
        for _ in range(3):
            world.grow()
    assert counted[0] == counted[1]
    assert max(counted[0].values()) <= 10


def test_no_answer_contains_a_members_mail_address(client: Client, world: World) -> None:
    client.force_login(world.project.author)
    answer = "".join(json.dumps(ask(client, path)) for path in world.paths)
    assert not [email for email in Member.objects.values_list("email", flat=True) if email in answer]
    assert "@example.org" not in answer


def test_a_page_has_fifty_items_by_default_and_at_most_a_hundred(client: Client) -> None:
    first, second = ask(client, "/organisations"), ask(client, "/organisations", page=2)
    assert first["count"] == 311
    assert len(first["items"]) == 50
    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}
    assert len(ask(client, "/organisations", page_size=1000)["items"]) == 100
    assert ask(client, "/organisations", page=1000)["items"] == []


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"page_size": "-1"}])
def test_an_invalid_page_number_is_refused(client: Client, query: dict[str, str]) -> None:
    assert client.get(f"{API}/projects", query).status_code == 422


def test_filters_by_kind_and_stage_return_only_matching_items(client: Client, world: World) -> None:
    assert {row["kind"] for row in ask(client, "/works", kind="use_case")["items"]} == {"use_case"}
    assert ask(client, "/works", kind="guide")["items"] == []
    assert {row["stage"] for row in ask(client, "/projects", stage="pilot")["items"]} == {"pilot"}
    assert {row["kind"] for row in ask(client, "/organisations", kind="region")["items"]} == {"region"}


def test_a_project_contains_its_story_and_its_participations(client: Client, world: World) -> None:
    answer = ask(client, f"/projects/{world.project.pk}")
    assert answer["title"] == world.project.title
    assert answer["areas"] == ["05"]
    assert answer["organisation"]["slug"] == world.organisation.slug
    assert {row["role"] for row in answer["participations"]} == {"owner", "adopter"}
    assert set(answer["story"]) == set(world.project.STORY_FIELDS)


def test_a_work_contains_its_published_languages_only(client: Client, world: World) -> None:
    page = UseCaseFactory(title="Svara på frågor")
    other = translated(page, title="Answer questions")
    both = ask(client, f"/works/{page.work_id}")["pages"]
    assert [(row["language"], row["title"]) for row in both] == [
        ("sv", "Svara på frågor"),
        ("en", "Answer questions"),
    ]
    other.unpublish()
    assert [row["language"] for row in ask(client, f"/works/{page.work_id}")["pages"]] == ["sv"]


def test_a_removed_post_contains_only_its_number(client: Client, world: World) -> None:
    author = world.project.author
    post = post_message(thread=world.thread, actor=author, text="A word I regret")
    before = ask(client, f"/threads/{world.thread.pk}/posts", after=post.number - 1)["items"]
    assert [(row["author"], row["organisation"]) for row in before] == [
        (author.get_full_name(), world.organisation.name)
    ]
    remove_post(post=post, actor=post.author)
    (row,) = ask(client, f"/threads/{world.thread.pk}/posts", after=post.number - 1)["items"]
    assert (row["number"], row["html"], row["author"], row["organisation"]) == (post.number, "", "", "")


def test_a_thread_is_found_by_its_subject(client: Client, world: World) -> None:
    (row,) = ask(client, "/threads", subject_kind="project", subject_id=world.project.pk)["items"]
    assert row["id"] == world.thread.pk
    work = Work.objects.get(pk=world.page.work_id)
    (row,) = ask(client, "/threads", subject_kind="work", subject_id=work.pk)["items"]
    assert row["id"] == thread_of(work).pk


@pytest.mark.parametrize(
    "path", ["/projects/999999", "/works/999999", "/threads/999999", "/organisations/no"]
)
def test_a_missing_object_gives_404_in_json(client: Client, path: str) -> None:
    response = client.get(API + path)
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_read_only(client: Client, world: World, method: str) -> None:
    client.force_login(world.project.author)
    for path in world.paths:
        assert getattr(client, method)(API + path).status_code == 405, path


def test_the_schema_is_public_and_loads_nothing_from_other_sites(client: Client) -> None:
    described = client.get(reverse("api:openapi-json")).json()
    assert f"{API}/projects" in described["paths"]
    assert {method for path in described["paths"].values() for method in path} == {"get"}
    assert client.get(f"{API}/docs", follow=True).status_code == 404

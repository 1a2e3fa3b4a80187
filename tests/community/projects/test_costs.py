"""Saving a project enqueues one index task and runs a bounded number of queries, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from knowledge.models import Area, Place, Technology, Theme
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

QUERIES = 30
"""The measured number, without savepoints."""

REQUEST_QUERIES = 41
"""The measured number for the whole request: session, permissions and the choices of the form included."""


def index_tasks() -> int:
    return DBTaskResult.objects.filter(queue_name="index").count()


def without_savepoints(ran: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in ran.captured_queries if "SAVEPOINT" not in query["sql"]]


def terms() -> dict[str, Any]:
    return {"areas": [Area.objects.get(code="05")], "technologies": [Technology.objects.top().first()]}


def published(**fields: Any) -> Project:
    return Project.objects.get(pk=ProjectFactory(tags=["one"], **terms(), **fields).pk)


@pytest.mark.parametrize("publish", [True, False], ids=["published", "kept as a draft"])
def test_publishing_an_edit_queues_one_index_task_and_runs_few_queries(publish: bool) -> None:
    project = published()
    author, before = project.author, index_tasks()
    card = Card(
        title="Other words",
        stage="pilot",
        tags=["one", "two"],
        themes=[Theme.objects.first()],
        place=Place.objects.first(),
        contact=author,
        description="It answers **questions**.",
        story={"problem": "Long queues."},
        **terms(),
    )
    with CaptureQueriesContext(connection) as ran:
        saved = services.edit_project(actor=author, project=project, card=card, publish=publish)
    queries = without_savepoints(ran)
    assert index_tasks() - before == publish, "a draft changes nothing in the search"
    assert len(queries) <= QUERIES, "\n".join(queries)
    public = Project.objects.get(pk=project.pk)
    assert (public.title == "Other words") is publish
    assert set(public.tags.names()) == ({"one", "two"} if publish else {"one"})
    assert saved.has_unpublished_changes is public.has_unpublished_changes is not publish


def test_the_request_that_edits_a_project_runs_few_queries(client: Client) -> None:
    project = published()
    address = reverse("projects:edit", args=[project.pk])
    client.force_login(project.author)
    shown = client.get(address).context["form"].initial
    typed = {
        **{name: value for name, value in shown.items() if value is not None},
        "title": "Other words",
        "areas": "05",
        "technologies": terms()["technologies"][0].code,
        "tags": "one, two",
        "description": "It answers **questions**.",
        "publish": "1",
    }
    with CaptureQueriesContext(connection) as ran:
        answer = client.post(address, typed)
    assert answer.status_code == 302
    assert Project.objects.get(pk=project.pk).title == "Other words"
    queries = without_savepoints(ran)
    assert len(queries) <= REQUEST_QUERIES, queries


def test_tags_that_stay_are_not_written_again() -> None:
    project = published()
    kept = project.tagged_items.get().pk
    for tags in (["ONE", "two"], ["two", "one"]):
        card = Card(title="Other words", stage="pilot", tags=tags, **terms())
        services.edit_project(actor=project.author, project=project, card=card)
        assert set(project.tags.names()) == {"one", "two"}
        assert project.tagged_items.get(tag__name="one").pk == kept
    services.edit_project(
        actor=project.author, project=project, card=Card(title="Other words", stage="pilot", tags=["two"])
    )
    assert list(project.tags.names()) == ["two"]


def test_withdrawing_a_project_queues_one_index_task() -> None:
    project = ProjectFactory()
    before = index_tasks()
    services.withdraw_project(actor=project.author, project=project)
    assert index_tasks() - before == 1

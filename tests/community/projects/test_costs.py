"""What saving a project costs: one index task, and a bounded number of queries, on both databases."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from knowledge.models import Area, Technology
from tests.factories import ProjectFactory

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

QUERIES = 52
"""Measured; most are made by Wagtail as it builds the version from its JSON once more and checks its log entries."""


def index_tasks() -> int:
    return DBTaskResult.objects.filter(queue_name="index").count()


@pytest.mark.parametrize("publish", [True, False], ids=["published", "kept as a draft"])
def test_editing_a_project_queues_one_index_task_and_runs_few_queries(publish: bool) -> None:
    terms = {"areas": [Area.objects.get(code="05")], "technologies": [Technology.objects.top().first()]}
    project = ProjectFactory(tags=["one"], **terms)
    project = Project.objects.get(pk=project.pk)
    author, before = project.author, index_tasks()
    card = Card(title="Other words", stage="pilot", tags=["one", "two"], **terms)
    with CaptureQueriesContext(connection) as ran:
        services.edit_project(actor=author, project=project, card=card, publish=publish)
    said = [query["sql"] for query in ran.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert index_tasks() - before == 1
    assert len(said) <= QUERIES, Counter(one.split()[0] for one in said)


def test_withdrawing_a_project_queues_one_index_task() -> None:
    project = ProjectFactory()
    before = index_tasks()
    services.withdraw_project(actor=project.author, project=project)
    assert index_tasks() - before == 1

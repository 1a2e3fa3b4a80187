"""Tasks that an import enqueues. A member's change does not wait for them."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult

from community.inventories.models import ImportRun
from community.organisations.models import Organisation
from community.projects.models import Project
from core.audience import PUBLIC
from operations.worker import run_one
from search.database.backend import DatabaseBackend
from search.requests import SearchRequest
from search.tasks import AT_ONCE
from tests.factories import ProjectFactory, ReferenceFactory
from tests.support.inventories import Inventory, record
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ROWS = 300
# A chunk of 250 rows is five tasks for projects and five for organisations. The second chunk has 50 rows.
MOST_TASKS = 2 * ROWS // AT_ONCE + 4


@pytest.fixture(autouse=True)
def _empty_queue(db: None) -> None:
    DBTaskResult.objects.all().delete()


def waiting() -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.ready().filter(queue_name="index")


def found(text: str) -> set[str]:
    page = DatabaseBackend().search(SearchRequest(text=text, viewer=frozenset({PUBLIC}), size=50))
    return {hit.text.title for hit in page.hits}


def test_an_import_and_its_undoing_enqueue_few_tasks_behind_members_changes(
    inventory: Inventory, embedded: DatabaseBackend
) -> None:
    inventory.load([record(n, Body=f"Body {n}") for n in range(ROWS)])
    imported = len(waiting())
    assert 0 < imported <= MOST_TASKS
    call_command("import_inventory", undo=ImportRun.objects.get().pk)
    assert not Project.objects.filter(is_reference=True).exists()
    assert 0 < len(waiting()) - imported <= MOST_TASKS
    assert all(task.priority < 0 for task in waiting())
    bulk = len(waiting())

    ProjectFactory(title="Räkna isbjörnar")
    assert 0 < len(waiting()) - bulk < 10
    while waiting().filter(priority=0).exists():
        run_one(["index"])
    assert found("isbjörnar") == {"Räkna isbjörnar"}
    assert len(waiting()) == bulk, "the member's tasks run first"


def test_an_update_is_queued_behind_members_changes(inventory: Inventory) -> None:
    inventory.load([record(n) for n in range(60)])
    DBTaskResult.objects.all().delete()
    inventory.load([record(n, Name=f"Sort parcels {n}") for n in range(60)])
    assert 0 < len(waiting()) <= 4
    assert all(task.priority < 0 for task in waiting())


def test_an_organisation_with_many_projects_does_not_delay_others(embedded: DatabaseBackend) -> None:
    organisation = Organisation.objects.get(name="Kiruna kommun")
    ReferenceFactory.create_batch(AT_ONCE + 1, organisation=organisation, title="Räkna isbjörnar")
    run_due_tasks("index")
    organisation.save()
    assert len(waiting()) == 1
    run_one(["index"])
    assert [task.priority < 0 for task in waiting()] == [True, True]
    run_due_tasks("index")
    assert found("isbjörnar") == {"Räkna isbjörnar"}


def test_an_undone_import_is_no_longer_found(inventory: Inventory, embedded: DatabaseBackend) -> None:
    inventory.load([record(n, Name=f"Räkna isbjörnar {n}") for n in range(3)])
    run_due_tasks("index")
    assert len(found("isbjörnar")) == 3
    call_command("import_inventory", undo=ImportRun.objects.get().pk)
    run_due_tasks("index")
    assert found("isbjörnar") == set()

"""Writes that a search backend refused are sent again when it is back, however long it was unavailable."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from operations.tasks import retry_refused_index_tasks
from operations.worker import run_one
from search.backends import BackendUnavailable
from search.database.backend import DatabaseBackend
from search.database.models import Entry
from search.tasks import index
from tests.factories import OrganisationFactory
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def test_a_refused_write_is_sent_again_even_if_its_task_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    organisations = [OrganisationFactory() for _ in range(3)]
    Entry.objects.all().delete()
    DBTaskResult.objects.all().delete()
    tasks = [index.enqueue(source="organisation", ids=[each.pk]) for each in organisations]

    def refuse(*arguments: Any) -> None:
        raise BackendUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseBackend, "write", refuse)
        for _ in tasks:
            run_one()
        DBTaskResult.objects.filter(pk=tasks[0].id).update(
            status=TaskResultStatus.FAILED, finished_at=timezone.now()
        )
        retry_refused_index_tasks.call()
        assert DBTaskResult.objects.failed().count() == 1
        assert run_one() is None, "what rests goes on resting while nothing is taken"

    retry_refused_index_tasks.call()
    run_due_tasks()
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}
    assert Entry.objects.filter(kind="organisation").count() == 3


def test_other_failed_tasks_are_not_run_again() -> None:
    task = index.enqueue(source="organisation", ids=[])
    DBTaskResult.objects.filter(pk=task.id).update(
        status=TaskResultStatus.FAILED, exception_class_path="builtins.ValueError"
    )
    retry_refused_index_tasks.call()
    assert DBTaskResult.objects.failed().count() == 1

"""A scheduled job is enqueued once in each period, by any number of processes, even if its row was deleted."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.tasks import task
from operations import schedule
from operations.models import JobRun
from operations.schedule import Job, enqueue_due_jobs
from operations.tasks import delete_expired
from tests.support.database import ROOT
from tests.support.processes import environment
from tests.support.tasks import run_due_tasks

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_current_timezone())
MINUTES = 40
ASK = f"""
import django; django.setup()
from datetime import timedelta
from django.utils.dateparse import parse_datetime
from operations.schedule import enqueue_due_jobs
for minute in range({MINUTES}):
    enqueue_due_jobs(parse_datetime("{MORNING.isoformat()}") + timedelta(minutes=minute))
"""


@task()
def count_the_week() -> None:
    """Runs once a week."""


@pytest.fixture(autouse=True)
def _nothing_queued(db: None) -> None:
    DBTaskResult.objects.all().delete()


def queued() -> Counter[str]:
    return Counter(DBTaskResult.objects.values_list("task_path", flat=True))


def test_a_job_is_enqueued_once_in_each_period(django_assert_max_num_queries: Callable) -> None:
    enqueue_due_jobs(MORNING)
    first = DBTaskResult.objects.count()
    assert first == len(schedule.JOBS)
    with django_assert_max_num_queries(1):
        enqueue_due_jobs(MORNING + timedelta(seconds=30))
    often = sum(job.every <= timedelta(minutes=2) for job in schedule.JOBS)
    enqueue_due_jobs(MORNING + timedelta(minutes=2))
    assert DBTaskResult.objects.count() == first + often, "only what runs that often"


def test_a_missed_job_is_enqueued_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "JOBS", (Job(count_the_week, every=timedelta(hours=1)),))
    enqueue_due_jobs(MORNING)
    enqueue_due_jobs(MORNING + timedelta(hours=9, minutes=20))
    assert queued().total() == 2
    enqueue_due_jobs(MORNING + timedelta(hours=9, minutes=59))
    assert queued().total() == 2
    enqueue_due_jobs(MORNING + timedelta(hours=10))
    assert queued().total() == 3


def test_a_clock_set_back_runs_nothing_twice() -> None:
    enqueue_due_jobs(MORNING)
    enqueue_due_jobs(MORNING - timedelta(days=1))
    assert set(queued().values()) == {1}


def test_every_job_of_the_schedule_runs() -> None:
    enqueue_due_jobs()
    run_due_tasks()
    assert DBTaskResult.objects.successful().count() >= len(schedule.JOBS)


def test_finished_tasks_are_deleted_and_failed_ones_are_kept_longer() -> None:
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        count_the_week.enqueue()
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=status, finished_at=timezone.now() - timedelta(days=7)
        )
    delete_expired.call()
    assert [row.status for row in DBTaskResult.objects.all()] == [TaskResultStatus.FAILED]


def test_a_weekly_job_does_not_run_again_when_its_row_was_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weekly = Job(count_the_week, every=timedelta(days=7))
    monkeypatch.setattr(schedule, "JOBS", (weekly,))
    monday = weekly.period(MORNING)
    enqueue_due_jobs(monday)
    assert str(JobRun.objects.get(job=weekly.name).task_id) == str(DBTaskResult.objects.get().pk)
    run_due_tasks()
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=3))
    delete_expired.call()
    assert not DBTaskResult.objects.exists()
    enqueue_due_jobs(monday + timedelta(days=4))
    assert not DBTaskResult.objects.exists()
    enqueue_due_jobs(monday + timedelta(days=7))
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.embedded
def test_two_concurrent_processes_enqueue_nothing_twice() -> None:
    JobRun.objects.all().delete()
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK], cwd=ROOT, env=environment()) for _worker in range(2)
    ]
    assert [process.wait(180) for process in asking] == [0, 0]
    expected = {
        job.name: len({job.period(MORNING + timedelta(minutes=minute)) for minute in range(MINUTES)})
        for job in schedule.JOBS
    }
    # When one process is ahead, the other finds finished periods and skips them.
    assert queued() == expected

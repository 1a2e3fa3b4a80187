"""Real workers are killed, stopped and left without a database. Every task takes effect exactly once."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.tasks import task
from operations import schedule
from operations.models import JobRun
from tests.support.processes import WorkerProcess, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

JOBS, KILLS = 120, 2
FAR_AWAY = datetime(2999, 1, 1, tzinfo=UTC)


def put_down(key: str) -> None:
    """Write a session row with this key. Nothing reacts to such a row."""
    Session.objects.update_or_create(session_key=key, defaults={"expire_date": timezone.now()})


def is_put_down(key: str) -> bool:
    return Session.objects.filter(session_key=key).exists()


@task()
def in_two_steps(*, key: str) -> None:
    put_down(f"{key}-begun")
    time.sleep(0.02)  # Time for a kill to happen.
    put_down(f"{key}-done")


@task(queue="index")
def run_until_allowed(*, key: str) -> None:
    put_down(f"{key}-begun")
    wait_until(lambda: is_put_down("go"))
    put_down(f"{key}-done")


@pytest.fixture(autouse=True)
def _nothing_else_to_do() -> None:
    JobRun.objects.all().delete()
    JobRun.objects.bulk_create([JobRun(job=job.name, period=FAR_AWAY) for job in schedule.JOBS])
    DBTaskResult.objects.all().delete()


def done() -> int:
    return Session.objects.filter(session_key__endswith="-done").count()


def all_is_done() -> bool:
    return not DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).exists()


def test_tasks_whose_workers_are_killed_repeatedly_all_take_effect_once(tmp_path: Path) -> None:
    queues = settings.TASKS["default"]["QUEUES"]
    for number in range(JOBS):
        in_two_steps.using(queue_name=queues[number % len(queues)]).enqueue(key=f"{number:03}")
    with WorkerProcess(tmp_path) as worker:
        for kill in range(1, KILLS + 1):
            wait_until(lambda kill=kill: done() >= kill * JOBS // (KILLS + 1))
            worker.kill()
            assert done() < JOBS
            worker.start()
        wait_until(all_is_done)
    rows = DBTaskResult.objects.all()
    assert rows.count() == JOBS
    assert sorted(Session.objects.values_list("session_key", flat=True)) == sorted(
        f"{number:03}-{step}" for number in range(JOBS) for step in ("begun", "done")
    )
    assert sum(len(row.worker_ids) > 1 for row in rows) >= 1, "some were in hand when their worker was killed"


def test_two_workers_share_the_tasks_and_one_takes_over_those_of_the_other(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for number in range(8):
        run_until_allowed.using(queue_name="index" if number % 2 else "mail").enqueue(key=f"{number}")
    with WorkerProcess(tmp_path) as worker, WorkerProcess(tmp_path / "other"):
        wait_until(lambda: DBTaskResult.objects.running().count() == 4)
        worker.kill()
        put_down("go")
        wait_until(all_is_done)
    assert done() == 8
    assert sorted(len(row.worker_ids) for row in DBTaskResult.objects.all()) == [1] * 6 + [2] * 2


def test_a_worker_that_is_asked_to_stop_finishes_its_task_and_starts_no_other(tmp_path: Path) -> None:
    run_until_allowed.enqueue(key="first")
    with WorkerProcess(tmp_path) as worker:
        wait_until(lambda: is_put_down("first-begun"))
        run_until_allowed.enqueue(key="second")
        worker.tell_to_stop()
        put_down("go")
        assert worker.exit_code() == 0
    assert is_put_down("first-done")
    assert not is_put_down("second-begun")
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


def test_a_second_stop_signal_ends_the_worker_at_once_and_another_takes_over(tmp_path: Path) -> None:
    run_until_allowed.enqueue(key="first")
    with WorkerProcess(tmp_path) as worker:
        wait_until(lambda: is_put_down("first-begun"))
        worker.tell_to_stop()
        wait_until(lambda: worker.has_heard)
        worker.tell_to_stop()
        assert worker.exit_code(5) == -signal.SIGTERM
        assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
        put_down("go")
        worker.start()
        wait_until(all_is_done)
    assert is_put_down("first-done")


@pytest.mark.postgres
def test_a_worker_survives_a_restart_of_the_database(tmp_path: Path) -> None:
    """The database refuses new connections and closes open ones, as during a restart of the server."""
    name = connection.settings_dict["NAME"]
    server = psycopg.connect(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/postgres", autocommit=True)
    run_until_allowed.enqueue(key="before")
    with server, WorkerProcess(tmp_path) as worker:
        wait_until(lambda: is_put_down("before-begun"))
        connection.close()
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        wait_until(lambda: worker.log.read_text().count("waits for the database") >= 5)
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
        put_down("go")
        in_two_steps.enqueue(key="after")
        wait_until(lambda: is_put_down("after-done"))
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())
        wait_until(all_is_done)
        assert worker.lives
    assert is_put_down("before-done")

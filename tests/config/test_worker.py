"""Queued work is done: soon, again when it failed, anew when its worker died, once a period when scheduled."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import activate, get_language
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config import schedule, worker
from config.tasks import forget_what_is_over
from config.worker import ATTEMPTS, LEASE, PAUSES, recover, run_one, work
from foundation.tasks import task
from tests.support.tasks import run_due_tasks

done: list[str] = []
reached = threading.Event()


@task()
def note(*, word: str) -> str:
    done.append(word)
    reached.set()
    return word


@task(queue="mail")
def stumble(*, times: int) -> None:
    done.append("stumbled")
    if len(done) <= times:
        raise OSError("anna@example.org was refused")


@task()
def speak_english() -> None:
    done.append(get_language() or "")
    activate("en")


@pytest.fixture(autouse=True)
def _nothing_done(request: pytest.FixtureRequest) -> Iterator[None]:
    done.clear()
    reached.clear()
    if request.node.get_closest_marker("django_db"):
        DBTaskResult.objects.all().delete()
    yield
    activate("sv")


def only_row() -> DBTaskResult:
    return DBTaskResult.objects.get()


def let_time_pass() -> None:
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_what_is_queued_is_run_once() -> None:
    note.enqueue(word="hej")
    assert run_one() is not None
    assert run_one() is None
    assert done == ["hej"]
    assert only_row().status == TaskResultStatus.SUCCESSFUL
    assert only_row().return_value == "hej"


@pytest.mark.django_db
def test_what_is_rolled_back_is_never_run() -> None:
    with transaction.atomic():
        note.enqueue(word="hej")
        transaction.set_rollback(True)
    assert not run_one()


@pytest.mark.django_db
def test_a_worker_keeps_to_its_queues() -> None:
    note.enqueue(word="hej")
    assert not run_one(["mail", "index"])
    assert run_one(["default"])


@pytest.mark.django_db
def test_what_somebody_waits_for_goes_first() -> None:
    note.enqueue(word="upkeep")
    stumble.enqueue(times=0)
    assert run_one()
    assert done == ["stumbled"]


@pytest.mark.django_db
def test_a_failed_task_rests_and_is_tried_again() -> None:
    stumble.enqueue(times=1)
    assert run_one()
    row = only_row()
    assert row.status == TaskResultStatus.READY
    assert "was refused" in row.traceback
    assert timedelta() < row.run_after - timezone.now() <= PAUSES[0]
    assert not run_one()
    let_time_pass()
    assert run_one()
    assert only_row().status == TaskResultStatus.SUCCESSFUL
    assert not only_row().traceback


@pytest.mark.django_db
def test_pauses_grow_until_a_task_is_given_up() -> None:
    stumble.enqueue(times=99)
    pauses = []
    for _attempt in range(ATTEMPTS):
        assert run_one()
        pauses.append(only_row().run_after - timezone.now())
        let_time_pass()
    assert pauses[:-1] == sorted(pauses[:-1])
    assert only_row().status == TaskResultStatus.FAILED
    assert not run_one()
    assert len(done) == ATTEMPTS


@pytest.mark.django_db
def test_the_log_tells_of_a_failure_without_what_people_wrote(caplog: pytest.LogCaptureFixture) -> None:
    stumble.enqueue(times=99)
    for _attempt in range(ATTEMPTS):
        run_one()
        let_time_pass()
    assert "stumble" in caplog.text
    assert "OSError" in caplog.text
    assert "anna@example.org" not in caplog.text


@pytest.mark.django_db
def test_a_task_that_is_no_longer_known_stops_nobody() -> None:
    note.enqueue(word="gone")
    DBTaskResult.objects.update(task_path="community.nothing.tasks.gone")
    note.enqueue(word="hej")
    while run_one():
        pass
    assert done == ["hej"]


@pytest.mark.django_db
def test_each_task_begins_in_the_language_of_the_site() -> None:
    speak_english.enqueue()
    speak_english.enqueue()
    assert run_one()
    assert run_one()
    assert done == ["sv", "sv"]


@pytest.mark.django_db
def test_work_of_a_dead_worker_is_taken_up_by_another() -> None:
    note.enqueue(word="hej")
    DBTaskResult.objects.get().claim("worker-that-died")
    DBTaskResult.objects.update(run_after=timezone.now() + LEASE)
    recover()
    assert only_row().status == TaskResultStatus.RUNNING, "its lease still runs"
    let_time_pass()
    recover()
    assert only_row().status == TaskResultStatus.READY
    let_time_pass()
    assert run_one()
    assert done == ["hej"]


@pytest.mark.django_db
def test_work_that_kills_every_worker_is_given_up() -> None:
    note.enqueue(word="deadly")
    for attempt in range(ATTEMPTS):
        only_row().claim(f"worker-{attempt}")
        let_time_pass()
        recover()
    assert only_row().status == TaskResultStatus.FAILED
    assert "Abandoned" in only_row().exception_class_path


@pytest.mark.django_db
def test_a_job_is_enqueued_once_in_each_period(django_assert_max_num_queries: Callable) -> None:
    morning = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_current_timezone())
    schedule.enqueue_due_jobs(morning)
    first = DBTaskResult.objects.count()
    assert first == len(schedule.JOBS)
    with django_assert_max_num_queries(1):
        schedule.enqueue_due_jobs(morning + timedelta(seconds=30))
    schedule.enqueue_due_jobs(morning + timedelta(minutes=2))
    assert DBTaskResult.objects.count() == first + 1, "only what runs every minute"
    schedule.enqueue_due_jobs(morning + timedelta(days=1))
    assert DBTaskResult.objects.count() == 2 * first + 1


@pytest.mark.django_db
def test_every_job_of_the_schedule_runs() -> None:
    schedule.enqueue_due_jobs()
    run_due_tasks()
    assert DBTaskResult.objects.successful().count() == len(schedule.JOBS)


@pytest.mark.django_db
def test_finished_work_is_forgotten_and_failed_work_kept_longer() -> None:
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        note.enqueue(word=status)
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=status, finished_at=timezone.now() - timedelta(days=7)
        )
    forget_what_is_over.call()
    assert [row.status for row in DBTaskResult.objects.all()] == [TaskResultStatus.FAILED]


@pytest.mark.django_db(transaction=True)
def test_a_worker_in_a_thread_finds_work_within_two_seconds_and_stops_when_told() -> None:
    stopped = threading.Event()
    thread = threading.Thread(target=work, args=[stopped])
    thread.start()
    note.enqueue(word="hej")
    assert reached.wait(2)
    stopped.set()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_work_and_do_nothing_twice() -> None:
    words = [str(number) for number in range(40)]
    for word in words:
        note.enqueue(word=word)

    def drain() -> None:
        while run_one():
            pass
        connection.close()

    threads = [threading.Thread(target=drain) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done, key=int) == words


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite locks the whole database")
def test_a_locked_database_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    monkeypatch.setattr(worker, "REST_AFTER_FAULT", 0.05)
    note.enqueue(word="hej")
    stopped = threading.Event()
    thread = threading.Thread(target=work, args=[stopped])
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread.start()
        assert not reached.wait(0.5)
        other.execute("ROLLBACK")
    assert reached.wait(5)
    stopped.set()
    thread.join(5)
    assert "waits for the database: OperationalError" in caplog.text


def test_a_queue_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match="No such queue: post"):
        call_command("worker", queues="mail,post")

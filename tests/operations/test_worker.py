"""Queued tasks are run: soon, again when they failed, and again when their worker died."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import activate, get_language
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.tasks import task
from operations import worker
from operations.worker import ATTEMPTS, PAUSES, lease_end, recover, renew_leases, run_one, running_ids, work
from tests.support.processes import wait_until

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


@task()
def answer_with_a_set() -> set[str]:
    return {"hej"}


@task()
def lose_the_lease() -> None:
    """As if this worker had been suspended for so long that another took over its task."""
    DBTaskResult.objects.get().claim("worker-that-took-over")


@task(queue="framework")
def take_long() -> None:
    done.append("begun")
    assert reached.wait(10)
    done.append("ended")


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
def test_queued_task_is_run_once() -> None:
    note.enqueue(word="hej")
    assert run_one() is not None
    assert run_one() is None
    assert done == ["hej"]
    assert only_row().status == TaskResultStatus.SUCCESSFUL
    assert only_row().return_value == "hej"


@pytest.mark.django_db
def test_rolled_back_task_is_never_run() -> None:
    with transaction.atomic():
        note.enqueue(word="hej")
        transaction.set_rollback(True)
    assert not run_one()


@pytest.mark.django_db
def test_a_worker_runs_only_its_queues() -> None:
    note.enqueue(word="hej")
    assert not run_one(["mail", "index"])
    assert run_one(["default"])


@pytest.mark.django_db
def test_a_failed_task_is_retried_after_a_pause() -> None:
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
def test_the_log_names_a_failure_without_texts_of_members(caplog: pytest.LogCaptureFixture) -> None:
    stumble.enqueue(times=99)
    for _attempt in range(ATTEMPTS):
        run_one()
        let_time_pass()
    assert "stumble" in caplog.text
    assert "OSError" in caplog.text
    assert "anna@example.org" not in caplog.text


@pytest.mark.django_db
def test_an_unknown_task_does_not_stop_other_tasks() -> None:
    note.enqueue(word="gone")
    DBTaskResult.objects.update(task_path="community.nothing.tasks.gone")
    note.enqueue(word="hej")
    while run_one():
        pass
    assert done == ["hej"]


@pytest.mark.django_db
def test_each_task_begins_in_the_default_language_of_the_site() -> None:
    speak_english.enqueue()
    speak_english.enqueue()
    assert run_one()
    assert run_one()
    assert done == ["sv", "sv"]


@pytest.mark.django_db
def test_tasks_of_a_dead_worker_are_run_by_another() -> None:
    note.enqueue(word="hej")
    DBTaskResult.objects.get().claim("worker-that-died")
    DBTaskResult.objects.update(run_after=lease_end())
    recover()
    assert only_row().status == TaskResultStatus.RUNNING, "its lease still runs"
    let_time_pass()
    recover()
    assert only_row().status == TaskResultStatus.READY
    assert run_one(), "it has waited as long as the lease"
    assert done == ["hej"]


@pytest.mark.django_db
def test_a_worker_that_renews_its_lease_keeps_its_task() -> None:
    note.enqueue(word="hej")
    row = only_row()
    row.claim("worker-that-lives")
    let_time_pass()
    running_ids.add(row.pk)
    recover()
    renew_leases()
    running_ids.discard(row.pk)
    recover()
    assert only_row().status == TaskResultStatus.RUNNING
    assert only_row().run_after > timezone.now()


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_does_not_write_to_the_row() -> None:
    lose_the_lease.enqueue()
    assert run_one()
    assert only_row().status == TaskResultStatus.RUNNING
    assert only_row().worker_ids == ["worker", "worker-that-took-over"]


@pytest.mark.django_db
def test_a_task_whose_arguments_no_longer_fit_is_given_up_with_the_reason() -> None:
    note.enqueue(word="hej")
    DBTaskResult.objects.update(args_kwargs={"args": [], "kwargs": {"phrase": "hej"}})
    for _attempt in range(ATTEMPTS):
        assert run_one(), "a newer worker beside this one may know them"
        let_time_pass()
    assert only_row().status == TaskResultStatus.FAILED
    assert only_row().exception_class_path == "builtins.TypeError"
    assert "unexpected keyword argument 'phrase'" in only_row().traceback
    assert done == []


@pytest.mark.django_db
def test_a_return_value_that_is_not_json_fails_the_task() -> None:
    answer_with_a_set.enqueue()
    assert run_one()
    assert only_row().status == TaskResultStatus.READY
    assert "TypeError" in only_row().exception_class_path


@pytest.mark.django_db
def test_a_task_that_kills_every_worker_is_given_up() -> None:
    note.enqueue(word="deadly")
    for attempt in range(ATTEMPTS):
        only_row().claim(f"worker-{attempt}")
        let_time_pass()
        recover()
    assert only_row().status == TaskResultStatus.FAILED
    assert "Abandoned" in only_row().exception_class_path


@contextmanager
def working() -> Iterator[threading.Thread]:
    stopped = threading.Event()
    thread = threading.Thread(target=work, args=[stopped])
    thread.start()
    try:
        yield thread
    finally:
        stopped.set()
        thread.join(10)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_worker_thread_runs_tasks_and_stops_when_asked() -> None:
    with working():
        note.enqueue(word="hej")
        assert reached.wait(2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.embedded
def test_a_long_task_does_not_delay_other_queues() -> None:
    with working():
        take_long.enqueue()
        wait_until(lambda: done == ["begun"])
        note.enqueue(word="hej")
        assert reached.wait(5)
    assert done == ["begun", "hej", "ended"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_touches_its_heartbeat_file(tmp_path: Path, settings: Any) -> None:
    settings.WORKER_HEARTBEAT = str(tmp_path / "alive")
    with working():
        wait_until((tmp_path / "alive").exists)


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_running_after_an_error_outside_a_task(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [RuntimeError("once")]
    monkeypatch.setattr(worker, "PAUSE_AFTER_ERROR", 0.01)
    monkeypatch.setattr(worker, "recover", lambda: faults and (_ for _ in ()).throw(faults.pop()))
    with working():
        note.enqueue(word="hej")
        assert reached.wait(5)
    assert "The worker failed outside a task" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_tasks_and_run_nothing_twice() -> None:
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
@pytest.mark.sqlite
def test_a_worker_waits_for_a_locked_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    monkeypatch.setattr(worker, "PAUSE_AFTER_ERROR", 0.05)
    note.enqueue(word="hej")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with working():
            assert not reached.wait(0.5)
            other.execute("ROLLBACK")
            assert reached.wait(5)
    assert "waits for the database: OperationalError" in caplog.text


def test_an_unknown_queue_is_refused() -> None:
    with pytest.raises(CommandError, match="No such queue: post"):
        call_command("worker", queues="mail,post")

"""Runs queued tasks: again with growing pauses when they fail, and anew when the worker that ran them was killed.

Each queue has a lane of its own, a thread, so that a long task holds up nothing but its own queue. The rows are
django-tasks-db's. A running row's `run_after` is a lease: its worker renews it, and a row whose lease has run out was
abandoned. Any number of workers may share one database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from traceback import format_exception
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection, transaction
from django.utils import timezone, translation
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult

from operations.observability.work import observed
from operations.schedule import enqueue_due_jobs

logger = logging.getLogger(__name__)

# Seconds. An empty queue is looked at so often; after a task the next one follows at once.
IDLE = 0.1
UPKEEP = 3
REST_AFTER_FAULT = 1
# How long a task rests after its first, second … failed attempt; with one attempt more it fails for good.
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
ATTEMPTS = len(PAUSES) + 1

in_hand: set[UUID] = set()
"""Rows that this process runs."""


def work(stopped: threading.Event, *, queues: Collection[str] = ()) -> None:
    """Work on these queues, or all, until `stopped`; tasks in hand are finished first. A database that is locked or
    away is waited for."""
    worker, ended = f"worker-{uuid4().hex}", threading.Event()
    bells = {queue: threading.Event() for queue in queues or settings.TASKS["default"]["QUEUES"]}
    lanes = [
        threading.Thread(
            target=run_lane, args=[stopped, bell, queue, worker], name=f"lane {queue}", daemon=True
        )
        for queue, bell in bells.items()
    ]
    watch = threading.Thread(target=look, args=[stopped, bells], name="watch", daemon=True)
    keeper = threading.Thread(target=keep, args=[ended, (*lanes, watch)], name="keeper", daemon=True)
    for thread in (*lanes, watch, keeper):
        thread.start()
    for thread in (*lanes, watch):
        thread.join()
    ended.set()
    keeper.join()


def look(stopped: threading.Event, bells: Mapping[str, threading.Event]) -> None:
    """Ring for each lane that rests and whose queue has something due: one question for all of them."""
    while not stopped.is_set():
        with undaunted(stopped):
            resting = [queue for queue, bell in bells.items() if not bell.is_set()]
            due = DBTaskResult.objects.ready().filter(queue_name__in=resting).order_by()
            for queue in due.values_list("queue_name", flat=True).distinct():
                bells[queue].set()
        stopped.wait(IDLE)
    for bell in bells.values():
        bell.set()
    connection.close()


def run_lane(stopped: threading.Event, bell: threading.Event, queue: str, worker: str) -> None:
    while not stopped.is_set():
        bell.wait()
        with undaunted(stopped):
            while not stopped.is_set() and (result := run_one([queue], worker)):
                if result.status != TaskResultStatus.SUCCESSFUL:
                    # What failed may have left a connection behind that is of no use to the next.
                    connection.close()
        bell.clear()
    connection.close()


def keep(ended: threading.Event, lanes: Collection[threading.Thread]) -> None:
    """What is not a task: leases renewed, dead workers' tasks put back, jobs queued, and a file touched whose age
    tells others that this worker lives."""
    while not ended.is_set():
        with undaunted(ended):
            if settings.WORKER_HEARTBEAT and all(lane.is_alive() for lane in lanes):
                Path(settings.WORKER_HEARTBEAT).touch()
            renew()
            recover()
            enqueue_due_jobs()
        ended.wait(min(UPKEEP, settings.WORKER_LEASE / 3))
    connection.close()


@contextmanager
def undaunted(stopped: threading.Event) -> Iterator[None]:
    """A thread goes on, after a rest, whatever happens to it outside a task."""
    try:
        yield
    except DatabaseFault as fault:
        wait_for_database(fault)
        stopped.wait(REST_AFTER_FAULT)
    except Exception:
        logger.exception("The worker stumbled")
        stopped.wait(REST_AFTER_FAULT)


def wait_for_database(fault: DatabaseFault) -> None:
    logger.warning("Background work waits for the database: %s", type(fault).__name__)
    connection.close()


def run_one(queues: Collection[str] = (), worker: str = "worker") -> DBTaskResult | None:
    """Run the first task that is due and return its row as it is afterwards; None if there was none. Who listens to
    `task_finished` hears of what succeeded."""
    result = claim(queues, worker)
    if result is None:
        return None
    with observed(result):
        run(result)
    return result


def run(result: DBTaskResult) -> None:
    try:
        try:
            with translation.override(settings.LANGUAGE_CODE):
                value = result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
            value = normalize_json(value)
        except (Exception, SystemExit) as fault:  # noqa: BLE001 whatever a task raises is kept in its row
            put_back(result, fault)
            return
        tell(
            result,
            status=TaskResultStatus.SUCCESSFUL,
            finished_at=timezone.now(),
            return_value=value,
            exception_class_path="",
            traceback="",
        )
    finally:
        in_hand.discard(result.pk)
    task_finished.send_robust(sender=type(result.task.get_backend()), task_result=result.task_result)


def claim(queues: Collection[str], worker: str) -> DBTaskResult | None:
    """Take the first task that is due into this process' hands."""
    due = DBTaskResult.objects.ready()
    if queues:
        due = due.filter(queue_name__in=queues)
    # Asked without a lock first, or idle workers would hold up everybody who writes to SQLite.
    if not due.exists():
        return None
    with transaction.atomic():
        result = due.get_locked()
        if result is None:
            return None
        result.status, result.started_at = TaskResultStatus.RUNNING, timezone.now()
        result.run_after = lease()
        result.worker_ids = [*result.worker_ids, worker]
        result.save(update_fields=["status", "started_at", "run_after", "worker_ids"])
    in_hand.add(result.pk)
    return result


def lease() -> datetime:
    """Until when a worker that has just been heard of is believed to live."""
    return timezone.now() + timedelta(seconds=settings.WORKER_LEASE)


def put_back(result: DBTaskResult, fault: BaseException) -> None:
    """Let a failed task rest before its next attempt, or give it up after the last."""
    attempt = len(result.worker_ids)
    reason = {
        "exception_class_path": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "traceback": "".join(format_exception(fault)),
    }
    # The row has the traceback. It can quote what members wrote, so the log has not.
    if attempt >= ATTEMPTS:
        logger.error("%s was given up: %s (task %s)", result.task_path, type(fault).__name__, result.pk)
        tell(result, status=TaskResultStatus.FAILED, finished_at=timezone.now(), **reason)
        return
    # Whose worker died has rested already: as long as its lease.
    pause = timedelta() if isinstance(fault, Abandoned) else PAUSES[attempt - 1]
    logger.warning("%s is tried again in %s: %s", result.task_path, pause, type(fault).__name__)
    tell(result, status=TaskResultStatus.READY, run_after=timezone.now() + pause, **reason)


def tell(result: DBTaskResult, **outcome: Any) -> None:
    """Write into its row how an attempt went; nothing when the lease was lost and the row is another attempt's now.
    A database that is away is waited for as long as the lease lasts."""
    mine = DBTaskResult.objects.running().filter(pk=result.pk, started_at=result.started_at)
    patience = time.monotonic() + settings.WORKER_LEASE
    while True:
        try:
            mine.update(**outcome)
            break
        except DatabaseFault as fault:
            if connection.in_atomic_block or time.monotonic() > patience:
                raise
            wait_for_database(fault)
            time.sleep(REST_AFTER_FAULT)
    for name, value in outcome.items():
        setattr(result, name, value)


class Abandoned(Exception):
    """The worker that ran a task is gone."""


def recover() -> None:
    """Put back what dead workers left running. An attempt that killed its worker counts as one."""
    abandoned = (
        DBTaskResult.objects.running().filter(run_after__lte=timezone.now()).exclude(pk__in=tuple(in_hand))
    )
    # As with claiming: no lock unless there is something to do.
    if not abandoned.exists():
        return
    with transaction.atomic():
        for result in abandoned.select_for_update(skip_locked=True):
            put_back(result, Abandoned())


def renew() -> None:
    if in_hand:
        DBTaskResult.objects.running().filter(pk__in=tuple(in_hand)).update(run_after=lease())

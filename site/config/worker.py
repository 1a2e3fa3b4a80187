"""Runs queued tasks: again with growing pauses when they fail, and anew when the worker that ran them was killed.

The rows are django-tasks-db's. A running row's `run_after` is a lease: its worker renews it while it works, and a row
whose lease has run out was abandoned. Any number of workers may share one database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from traceback import format_exception
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import close_old_connections, connection, transaction
from django.utils import timezone, translation
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

from config.schedule import enqueue_due_jobs

logger = logging.getLogger(__name__)

# Seconds. An empty queue is looked at so often; after a task the next one follows at once.
IDLE = 0.25
UPKEEP = 15
REST_AFTER_FAULT = 1
RENEW = 30
LEASE = timedelta(minutes=2)
# How long a task rests after its first, second … failed attempt; with one attempt more it fails for good.
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
ATTEMPTS = len(PAUSES) + 1


def work(stopped: threading.Event, *, queues: Collection[str] = ()) -> None:
    """Work in this thread until `stopped`, on these queues or all; the task in hand is finished first. A database
    that is locked or away is waited for."""
    worker = f"worker-{uuid4().hex}"
    next_upkeep = 0.0
    while not stopped.is_set():
        pause: float = 0
        try:
            if time.monotonic() >= next_upkeep:
                recover()
                enqueue_due_jobs()
                next_upkeep = time.monotonic() + UPKEEP
            if run_one(queues, worker) is None:
                pause = IDLE
        except DatabaseFault as fault:
            logger.warning("Background work waits for the database: %s", type(fault).__name__)
            connection.close()
            pause = REST_AFTER_FAULT
        close_old_connections()
        # Not `stopped.wait`: a signal handler setting the event while its lock is held would never return.
        time.sleep(pause)
    connection.close()


def run_one(queues: Collection[str] = (), worker: str = "worker") -> DBTaskResult | None:
    """Run the first task that is due and return its row as it is afterwards; None if there was none. Who listens to
    `task_finished` hears of what succeeded."""
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
        result.run_after = timezone.now() + LEASE
        result.save(update_fields=["run_after"])
        result.claim(worker)
    with leased(result.pk):
        try:
            with translation.override(settings.LANGUAGE_CODE):
                value = result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
            result.set_successful(value)
            task_finished.send_robust(sender=type(result.task.get_backend()), task_result=result.task_result)
        except (Exception, SystemExit) as fault:  # noqa: BLE001 whatever a task raises is kept in its row
            put_back(result, fault)
    return result


def put_back(result: DBTaskResult, fault: BaseException) -> None:
    """Let a failed task rest before its next attempt, or give it up after the last."""
    attempt = len(result.worker_ids)
    # The row has the traceback. It can quote what members wrote, so the log has not.
    if attempt >= ATTEMPTS:
        logger.error("%s was given up: %s (task %s)", result.task_path, type(fault).__name__, result.pk)
        result.set_failed(fault)
        return
    pause = PAUSES[attempt - 1]
    logger.warning("%s is tried again in %s: %s", result.task_path, pause, type(fault).__name__)
    result.status = TaskResultStatus.READY
    result.run_after = timezone.now() + pause
    result.exception_class_path = f"{type(fault).__module__}.{type(fault).__qualname__}"
    result.traceback = "".join(format_exception(fault))
    result.save(update_fields=["status", "run_after", "exception_class_path", "traceback"])


class Abandoned(Exception):
    """The worker that ran a task is gone."""


def recover() -> None:
    """Put back what dead workers left running. An attempt that killed its worker counts as one."""
    abandoned = DBTaskResult.objects.running().filter(run_after__lte=timezone.now())
    # As with claiming: no lock unless there is something to do.
    if not abandoned.exists():
        return
    with transaction.atomic():
        for result in abandoned.select_for_update(skip_locked=True):
            put_back(result, Abandoned())


@contextmanager
def leased(pk: UUID) -> Iterator[None]:
    """Renews the lease of a running row, from a thread of its own, as long as the block takes."""
    done = threading.Event()
    threading.Thread(target=renew, args=[pk, done], name="lease", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def renew(pk: UUID, done: threading.Event) -> None:
    while not done.wait(RENEW):
        try:
            DBTaskResult.objects.running().filter(pk=pk).update(run_after=timezone.now() + LEASE)
        except DatabaseFault as fault:
            logger.warning("A lease could not be renewed: %s", type(fault).__name__)
        finally:
            connection.close()

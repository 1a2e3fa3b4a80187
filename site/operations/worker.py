"""Runs queued tasks. A task that fails runs again after growing pauses; so does one whose worker was killed.

Each queue has its own thread, so that a long task delays only its own queue. The rows are django-tasks-db's. Any number
of workers may share one database.

How leases work. In a running row, `run_after` is the end of a lease: until then its worker counts as alive. The
maintenance thread renews the lease of the rows in `running_ids`, at least three times per lease. When a worker dies,
its leases end, and `recover` in another worker makes the rows ready again. A worker that was paused for longer than its
lease must not write to the row, since another attempt may run. `save_outcome` therefore filters by `started_at`, which
each attempt sets.
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
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone, translation
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult

from operations.observability.work import observed
from operations.schedule import enqueue_due_jobs

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.1
"""Seconds between two queries for due tasks of idle queue threads. A busy thread takes its next task at once."""
MAINTENANCE_INTERVAL = 3
PAUSE_AFTER_ERROR = 1
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""The pauses after the first, second … failed attempt. After the last pause there is one more attempt."""
ATTEMPTS = len(PAUSES) + 1

running_ids: set[UUID] = set()
"""Rows that this process runs."""


def work(stopped: threading.Event, *, queues: Collection[str] = ()) -> None:
    """Run the tasks of these queues, or of all, until `stopped` is set. Running tasks are finished first. While the
    database is locked or unavailable, wait for it."""
    worker, ended = f"worker-{uuid4().hex}", threading.Event()
    wakeups = {queue: threading.Event() for queue in queues or settings.TASKS["default"]["QUEUES"]}
    queue_threads = [
        threading.Thread(
            target=run_queue, args=[stopped, wakeup, queue, worker], name=f"queue {queue}", daemon=True
        )
        for queue, wakeup in wakeups.items()
    ]
    poller = threading.Thread(target=poll, args=[stopped, wakeups], name="poller", daemon=True)
    maintenance = threading.Thread(
        target=maintain, args=[ended, (*queue_threads, poller)], name="maintenance", daemon=True
    )
    for thread in (*queue_threads, poller, maintenance):
        thread.start()
    for thread in (*queue_threads, poller):
        thread.join()
    ended.set()
    maintenance.join()


def poll(stopped: threading.Event, wakeups: Mapping[str, threading.Event]) -> None:
    """Wake the idle queue threads that have due tasks. One query for all of them."""
    while not stopped.is_set():
        with keep_running(stopped):
            idle = [queue for queue, wakeup in wakeups.items() if not wakeup.is_set()]
            due = DBTaskResult.objects.ready().filter(queue_name__in=idle).order_by()
            for queue in due.values_list("queue_name", flat=True).distinct():
                wakeups[queue].set()
        stopped.wait(POLL_INTERVAL)
    for wakeup in wakeups.values():
        wakeup.set()
    connection.close()


def run_queue(stopped: threading.Event, wakeup: threading.Event, queue: str, worker: str) -> None:
    while not stopped.is_set():
        wakeup.wait()
        with keep_running(stopped):
            while not stopped.is_set() and (result := run_one([queue], worker)):
                if result.status != TaskResultStatus.SUCCESSFUL:
                    # A failed task may have left a broken connection, which the next task could not use.
                    connection.close()
        wakeup.clear()
    connection.close()


def maintain(ended: threading.Event, workers: Collection[threading.Thread]) -> None:
    """Renew leases, recover tasks of dead workers, queue the jobs of the schedule, and touch the heartbeat file, whose
    age shows other programs that this worker is alive."""
    while not ended.is_set():
        with keep_running(ended):
            if settings.WORKER_HEARTBEAT and all(thread.is_alive() for thread in workers):
                Path(settings.WORKER_HEARTBEAT).touch()
            renew_leases()
            recover()
            enqueue_due_jobs()
        ended.wait(min(MAINTENANCE_INTERVAL, settings.WORKER_LEASE / 3))
    connection.close()


@contextmanager
def keep_running(stopped: threading.Event) -> Iterator[None]:
    """Log any exception raised outside a task, and pause, so that the thread goes on."""
    try:
        yield
    except DatabaseError as error:
        note_database_error(error)
        stopped.wait(PAUSE_AFTER_ERROR)
    except Exception:
        logger.exception("The worker failed outside a task")
        stopped.wait(PAUSE_AFTER_ERROR)


def note_database_error(error: DatabaseError) -> None:
    logger.warning("Background work waits for the database: %s", type(error).__name__)
    connection.close()


def run_one(queues: Collection[str] = (), worker: str = "worker") -> DBTaskResult | None:
    """Run the first task that is due. Return its row after the attempt, or None if no task was due. Sends
    `task_finished` for a task that succeeded."""
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
        except (Exception, SystemExit) as error:  # noqa: BLE001 any exception of a task is kept in its row
            retry_later(result, error)
            return
        save_outcome(
            result,
            status=TaskResultStatus.SUCCESSFUL,
            finished_at=timezone.now(),
            return_value=value,
            exception_class_path="",
            traceback="",
        )
    finally:
        running_ids.discard(result.pk)
    task_finished.send_robust(sender=type(result.task.get_backend()), task_result=result.task_result)


def claim(queues: Collection[str], worker: str) -> DBTaskResult | None:
    """Take a lease on the first task that is due."""
    due = DBTaskResult.objects.ready()
    if queues:
        due = due.filter(queue_name__in=queues)
    # Query without a lock first: on SQLite, idle workers would block all other writers.
    if not due.exists():
        return None
    # The status, the lease and `started_at` are written under the row's lock, so only one worker starts the attempt.
    # The row is in `running_ids` only after the commit; until then its new lease protects it from `recover`.
    with transaction.atomic():
        result = due.get_locked()
        if result is None:
            return None
        result.status, result.started_at = TaskResultStatus.RUNNING, timezone.now()
        result.run_after = lease_end()
        result.worker_ids = [*result.worker_ids, worker]
        result.save(update_fields=["status", "started_at", "run_after", "worker_ids"])
    running_ids.add(result.pk)
    return result


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.WORKER_LEASE)


def retry_later(result: DBTaskResult, error: BaseException) -> None:
    """Make a failed task ready again after its pause, or failed for good after its last attempt."""
    attempt = len(result.worker_ids)
    reason = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(format_exception(error)),
    }
    # Only the row keeps the traceback. It can quote members' texts, which must not be logged.
    if attempt >= ATTEMPTS:
        logger.error("%s was given up: %s (task %s)", result.task_path, type(error).__name__, result.pk)
        save_outcome(result, status=TaskResultStatus.FAILED, finished_at=timezone.now(), **reason)
        return
    # An abandoned task has already waited for the end of its lease.
    pause = timedelta() if isinstance(error, Abandoned) else PAUSES[attempt - 1]
    logger.warning("%s is tried again in %s: %s", result.task_path, pause, type(error).__name__)
    save_outcome(result, status=TaskResultStatus.READY, run_after=timezone.now() + pause, **reason)


def save_outcome(result: DBTaskResult, **outcome: Any) -> None:
    """Write the outcome of an attempt to its row. Writes nothing when the lease was lost and another attempt has begun.
    Waits for an unavailable database as long as the lease lasts."""
    own_attempt = DBTaskResult.objects.running().filter(pk=result.pk, started_at=result.started_at)
    deadline = time.monotonic() + settings.WORKER_LEASE
    while True:
        try:
            own_attempt.update(**outcome)
            break
        except DatabaseError as error:
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            note_database_error(error)
            time.sleep(PAUSE_AFTER_ERROR)
    for name, value in outcome.items():
        setattr(result, name, value)


class Abandoned(Exception):
    """The worker that ran a task died."""


def recover() -> None:
    """Make the tasks of dead workers ready again. An attempt that killed its worker counts as a failed one."""
    abandoned = (
        DBTaskResult.objects.running()
        .filter(run_after__lte=timezone.now())
        .exclude(pk__in=tuple(running_ids))
    )
    # Rows of this process are left out: they still run, even if a busy database kept their leases from being renewed.
    # As in `claim`, no lock is taken unless there is something to do.
    if not abandoned.exists():
        return
    with transaction.atomic():
        for result in abandoned.select_for_update(skip_locked=True):
            retry_later(result, Abandoned())


def renew_leases() -> None:
    """Extend the leases of the rows that this process runs. One statement for all."""
    if running_ids:
        DBTaskResult.objects.running().filter(pk__in=tuple(running_ids)).update(run_after=lease_end())

"""Background tasks: time from a commit to the start of a task in an idle worker process, the processor time of an idle
worker, and empty tasks a second of one queue thread and of a whole worker.

The reference in the same run is the statements alone: the same three writes and transactions for each task, sent by
the bare driver to rows of the same table.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django
import psutil
import psycopg

from bench.figures import Figure, latencies

STARTS = 60
IDLE_SECONDS = 10
TASKS = 500
WITHIN = 120
"""Seconds after which a worker counts as broken."""
WORK = """
import time
from core.tasks import task

@task()
def clock():
    return time.time()

@task()
def nothing():
    pass
"""


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench_work.py").write_text(WORK)
        yield from apart("tasks", "SQLite", f"sqlite:///{folder}/bench.sqlite3", folder)
        if url := os.environ.get("DATABASE_URL"):
            with new_database(url) as mine:
                yield from apart("tasks", "PostgreSQL", mine, folder)


def apart(module: str, name: str, url: str, folder: str, **settings: str) -> Iterator[Figure]:
    """Yield the figures of a benchmark on this database, from a separate process: Django has one database a
    process."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([folder, ".", "site"]),
        "DATABASE_URL": url,
        "DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "LOG_LEVEL": "ERROR",
        **settings,
    }
    environment.pop("ELASTICSEARCH_URL", None)
    command = [sys.executable, "-m", f"bench.{module}", name]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    yield from (Figure(*figure) for figure in json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def new_database(url: str) -> Iterator[str]:
    server, name = url.rpartition("/")[0], f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        yield f"{server}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def figures(name: str) -> Iterator[Figure]:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    clear()
    with worker() as process:
        yield from latencies(f"{name}, from commit to start", list(starts()), "idle worker")
        yield Figure(f"{name}, idle worker", idle(process), "% of a core", "looks every 100 ms")
    clear()
    yield Figure(f"{name}, bare statements", TASKS / timed(lambda: bare(connection)), "tasks/s", "reference")
    clear()
    fill(["default"])
    yield Figure(f"{name}, one queue thread", TASKS / timed(drain), "tasks/s", "enqueued before")
    clear()
    queues = settings.TASKS["default"]["QUEUES"]
    fill(queues)
    with worker():
        before = wait_for(done)
        began = time.perf_counter()
        wait_for(lambda: done() == TASKS)
        spent = time.perf_counter() - began
    yield Figure(
        f"{name}, one worker", (TASKS - before) / spent, "tasks/s", f"enqueued before, {len(queues)} queues"
    )


@contextmanager
def worker() -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "site/manage.py", "worker"])
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def starts() -> Iterator[float]:
    """Yield seconds from a commit to the start of its task. The first, which waits for the worker, is left out."""
    import bench_work
    from django.db import transaction
    from django_tasks_db.models import DBTaskResult

    for number in range(STARTS + 1):
        with transaction.atomic():
            row = bench_work.clock.enqueue()
        committed = time.time()
        rows = DBTaskResult.objects.filter(pk=row.id)
        wait_for(lambda rows=rows: rows.successful().count())
        if number:
            yield rows.get().return_value - committed
        time.sleep(random.uniform(0, 0.2))


def idle(process: psutil.Process) -> float:
    before = process.cpu_times()
    time.sleep(IDLE_SECONDS)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / IDLE_SECONDS * 100


def clear() -> None:
    """Delete all tasks, and mark every scheduled job as done."""
    from django_tasks_db.models import DBTaskResult

    from operations.models import JobRun
    from operations.schedule import JOBS, enqueue_due_jobs

    enqueue_due_jobs()
    JobRun.objects.update(period=datetime(2999, 1, 1, tzinfo=UTC))
    assert JobRun.objects.count() == len(JOBS)
    DBTaskResult.objects.all().delete()


def fill(queues: list[str]) -> None:
    import bench_work
    from django.db import transaction

    with transaction.atomic():
        for number in range(TASKS):
            bench_work.nothing.using(queue_name=queues[number % len(queues)]).enqueue()


def drain() -> None:
    from operations.worker import run_one

    while run_one(["default"]):
        pass


def done() -> int:
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.successful().count()


def bare(connection: Any) -> None:
    """Run what a task needs at least: insert a row, claim it and end it, each in a commit."""
    connection.ensure_connection()
    is_sqlite = connection.vendor == "sqlite"
    send = connection.connection.execute
    mark, begin, lock = (
        ("?", "BEGIN IMMEDIATE", "") if is_sqlite else ("%s", "BEGIN", " FOR UPDATE SKIP LOCKED")
    )
    table, far = "django_tasks_database_dbtaskresult", "9999-01-01 00:00:00+00"
    for number in range(TASKS):
        key = UUID(int=number).hex
        send(
            f"INSERT INTO {table} (id, status, enqueued_at, args_kwargs, priority, task_path, worker_ids, queue_name,"
            " backend_name, run_after, exception_class_path, traceback)"
            f" VALUES ({mark}, 'READY', CURRENT_TIMESTAMP, '{{}}', 0, '', '[]', 'default', 'default', '{far}', '', '')",
            [key],
        )
        send(begin)
        row = send(
            f"SELECT * FROM {table} WHERE status = 'READY' AND queue_name = 'default'"
            f" ORDER BY priority DESC, run_after, enqueued_at LIMIT 1{lock}"
        ).fetchone()
        send(
            f"UPDATE {table} SET status = 'RUNNING', started_at = CURRENT_TIMESTAMP, worker_ids = '[]',"
            f" run_after = CURRENT_TIMESTAMP WHERE id = {mark}",
            [row[0]],
        )
        send("COMMIT")
        send(
            f"UPDATE {table} SET status = 'SUCCESSFUL', finished_at = CURRENT_TIMESTAMP, return_value = 'null',"
            f" exception_class_path = '', traceback = '' WHERE id = {mark}",
            [row[0]],
        )


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def wait_for(met: Callable[[], int]) -> int:
    """Wait until the condition counts something. Return the count."""
    until = time.monotonic() + WITHIN
    while not (counted := met()):
        assert time.monotonic() < until, "the worker does nothing"
        time.sleep(0.01)
    return counted


def main(figures: Callable[[str], Iterator[Figure]]) -> None:
    """Run the benchmark in the separate process."""
    django.setup()
    print(json.dumps([astuple(figure) for figure in figures(sys.argv[1])]))


if __name__ == "__main__":
    main(figures)

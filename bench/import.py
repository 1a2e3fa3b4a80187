"""Import of the published inventories into an empty database, in rows a second and with the peak of memory.

The reference is the least possible work: parsing the file and inserting bare rows.

`python -m bench.import` measures something else and takes minutes: it imports 20,000 rows and undoes the import, then
a member saves a project. It counts the tasks and measures how long the project waits for a worker to index it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import django

from bench.figures import Figure, NotHere

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCES = ("eu-pstw-2025", "us-federal-ai-2024", "uk-atrs")
TIMES_AS_LONG = 3
MANY = 20_000
WITHIN = 600
"""Seconds after which a worker counts as broken."""


def measure() -> Iterator[Figure]:
    if not (DATA / f"{SOURCES[0]}.csv").exists():
        raise NotHere("no published inventories")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings.local")
        os.environ.pop("DATABASE_URL", None)
        django.setup()
        yield from figures(Path(folder))


def figures(folder: Path) -> Iterator[Figure]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name in SOURCES:
        path = DATA / f"{name}.csv"
        rows, seconds = bare(path)
        yield Figure(
            f"{name}, bare rows", rows / seconds, "rows/s", "reference: parse, bulk_create of five columns"
        )
        rows, seconds = timed(lambda path=path, name=name: imported(path, name))
        yield Figure(f"{name}, import", rows / seconds, "rows/s", f"{rows} rows in {seconds:.1f} s, SQLite")
        rows, seconds = timed(lambda path=path, name=name: imported(path, name))
        yield Figure(f"{name}, again", rows / seconds, "rows/s", "nothing changed")
    yield from memory(folder)


def timed(work: Callable[[], int]) -> tuple[int, float]:
    begun = time.perf_counter()
    rows = work()
    return rows, time.perf_counter() - begun


def bare(path: Path) -> tuple[int, float]:
    """Return rows and seconds of the reference. Its inserts are rolled back."""
    from django.db import transaction

    from community.organisations.models import Organisation
    from community.projects.models import Project

    organisation = Organisation.objects.first()

    def work() -> int:
        with path.open(encoding="utf-8", newline="") as file:
            projects = [
                Project(
                    organisation=organisation,
                    title=row[1][:250],
                    description=row[3],
                    stage="pilot",
                    language="en",
                )
                for row in list(csv.reader(file))[1:]
            ]
        with transaction.atomic():
            Project.objects.bulk_create(projects, batch_size=250)
            transaction.set_rollback(True)
        return len(projects)

    return timed(work)


def imported(path: Path, name: str) -> int:
    from community.inventories.importing import Report, import_inventory
    from community.inventories.mapping import load_shipped
    from community.inventories.reading import open_inventory

    layout, report = load_shipped(name), Report()
    rows = open_inventory(path, layout.columns)
    import_inventory(rows=rows, layout=layout, file_name=path.name, report=report)
    return report.rows


def several_times(folder: Path, times: int, most: int | None = None) -> Path:
    """Write the rows of a published inventory `times` times, with different ids."""
    with (DATA / "us-federal-ai-2024.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    path = folder / f"times-{times}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        repeated = ([f"{number}-{row[0]}", *row[1:]] for number in range(times) for row in rows)
        writer.writerows(islice(repeated, most))
    return path


def memory(folder: Path) -> Iterator[Figure]:
    """Import the same rows once and several times with other ids. The difference shows how much of a file stays in
    memory."""
    for times in (1, TIMES_AS_LONG):
        path = several_times(folder, times)
        tracemalloc.start()
        count = imported(path, "us-federal-ai-2024")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        yield Figure(
            f"Python memory, {count} rows", peak / 1e6, "MB", f"a file of {path.stat().st_size / 1e6:.1f} MB"
        )


def after_many() -> None:
    """Needs an empty database: that of DATABASE_URL, else a SQLite database in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings.local", LOG_LEVEL="ERROR")
        os.environ.pop("ELASTICSEARCH_URL", None)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        django.setup()
        from django.core.management import call_command
        from django_tasks_db.models import DBTaskResult

        from community.inventories.models import ImportRun
        from community.inventories.undoing import undo_import
        from community.organisations.models import Organisation
        from community.projects.models import Project
        from core.audience import PUBLIC
        from search.backends import backends
        from search.requests import SearchRequest

        call_command("migrate", verbosity=0)
        DBTaskResult.objects.all().delete()
        _rows, seconds = timed(lambda: imported(several_times(Path(folder), 10, MANY), "us-federal-ai-2024"))
        print(f"{MANY} rows in {seconds:.0f} s; index tasks: {DBTaskResult.objects.count()}")
        undo_import(run=ImportRun.objects.get())
        print(f"undone; index tasks: {DBTaskResult.objects.count()}")
        with subprocess.Popen([sys.executable, "site/manage.py", "worker"]) as worker:
            try:
                wait_for(lambda: DBTaskResult.objects.successful().count() > 2)
                organisation = Organisation.objects.get(name="Kiruna kommun")
                Project.objects.create(
                    organisation=organisation,
                    title="Räkna isbjörnar",
                    stage="pilot",
                    live=True,
                )
                saved = time.perf_counter()
                request = SearchRequest(text="isbjörnar", viewer=frozenset({PUBLIC}))
                wait_for(lambda: backends()[0].search(request).hits)
                waited, left = time.perf_counter() - saved, DBTaskResult.objects.ready().count()
                print(f"a member's project is found after {waited:.1f} s, while {left} tasks wait")
            finally:
                worker.terminate()


def wait_for(met: Callable[[], object]) -> None:
    until = time.monotonic() + WITHIN
    while not met():
        if time.monotonic() > until:
            raise SystemExit("The worker did not come round.")
        time.sleep(0.05)


if __name__ == "__main__":
    after_many()

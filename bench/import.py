"""Import of the published inventories into an empty database, beside the least that could be done: parsing the file
and inserting bare rows. Rows a second, and the most memory taken at once while importing a file of any length."""

from __future__ import annotations

import csv
import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import django

from bench.figures import Figure, NotHere

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCES = ("eu-pstw-2025", "us-federal-ai-2024", "uk-atrs")
TIMES_AS_LONG = 3


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
    """Rows and seconds of the reference; what it inserts is rolled back."""
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
    from community.projects.inventories.importing import Report, import_inventory
    from community.projects.inventories.mapping import load_shipped
    from community.projects.inventories.reading import open_inventory

    layout, report = load_shipped(name), Report()
    rows = open_inventory(path, layout.columns)
    import_inventory(rows=rows, layout=layout, file_name=path.name, report=report)
    return report.rows


def memory(folder: Path) -> Iterator[Figure]:
    """The same rows once, and several times under other ids: what grows with the file is what is held of it."""
    source = DATA / "us-federal-ai-2024.csv"
    with source.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    for times in (1, TIMES_AS_LONG):
        path = folder / f"times-{times}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(heading)
            writer.writerows([f"{number}-{row[0]}", *row[1:]] for number in range(times) for row in rows)
        tracemalloc.start()
        count = imported(path, "us-federal-ai-2024")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        yield Figure(
            f"Python memory, {count} rows", peak / 1e6, "MB", f"a file of {path.stat().st_size / 1e6:.1f} MB"
        )

"""One import of a source at a time, also when the process or the connection that holds the lease is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from community.inventories.importing import Report, import_inventory
from community.inventories.locking import AlreadyRunning, only_one
from community.inventories.mapping import load_mapping
from community.inventories.models import ImportLease, ImportRun
from community.inventories.reading import open_inventory
from community.inventories.rows import Row
from community.inventories.undoing import take_back
from community.projects.models import Project
from tests.support.database import ROOT
from tests.support.inventories import Inventory, as_csv, counts, record
from tests.support.processes import environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

HOLD = """
import django, sys
django.setup()
from community.inventories.locking import only_one
with only_one(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_import(source: str) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds the lock of the source until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, source],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def is_free(source: str) -> bool:
    try:
        with only_one(source):
            return True
    except AlreadyRunning:
        return False


def let_the_lease_end() -> None:
    assert ImportLease.objects.update(ends_at=timezone.now()) == 1


def test_a_second_import_of_the_source_is_refused_until_the_lease_of_the_first_has_ended(
    inventory: Inventory,
) -> None:
    inventory.load([record(1)])
    run = ImportRun.objects.get()
    with another_import("small") as process:
        with pytest.raises(CommandError, match="Another import of this source is running") as refused:
            inventory.load([record(1), record(2)])
        assert refused.value.returncode == 2
        with pytest.raises(CommandError, match="Another import of this source is running"):
            call_command("import_inventory", undo=run.pk)
        assert (ImportRun.objects.count(), Project.objects.count()) == (1, 1)
        assert counts(inventory.load([record(1), record(2)], dry_run=True)) == {"created": 1, "unchanged": 1}
        assert is_free("another-source")
        process.kill()
        process.wait()
    # A killed process does not release its lease. The lease ends by itself soon.
    assert not is_free("small")
    assert ImportLease.objects.get().ends_at <= timezone.now() + timedelta(minutes=5)
    let_the_lease_end()
    assert counts(inventory.load([record(1), record(2)])) == {"created": 1, "unchanged": 1}
    call_command("import_inventory", undo=ImportRun.objects.latest("pk").pk)
    assert Project.objects.count() == 1


def test_a_failed_import_releases_the_lock(inventory: Inventory) -> None:
    with pytest.raises(ZeroDivisionError), only_one("small"):
        raise ZeroDivisionError
    assert is_free("small")


def test_a_process_that_ends_normally_releases_the_lease(inventory: Inventory) -> None:
    with another_import("small") as process:
        assert not is_free("small")
        process.communicate("")
    assert not ImportLease.objects.exists()


def test_the_lease_continues_after_its_connection_is_closed() -> None:
    with only_one("small"):
        connection.close()
        assert not is_free("small")
    assert is_free("small")


def test_an_import_that_lost_its_lease_stops_writing(inventory: Inventory) -> None:
    """The import pauses after its first chunk. Its lease ends, and another process takes the lease."""
    layout = load_mapping(inventory.mapping)
    path = inventory.write(as_csv([record(number) for number in range(4)]))
    rows = open_inventory(path, layout.columns)
    report = Report()

    def paused() -> Iterator[Row]:
        for number, row in enumerate(rows):
            if number == 2:
                let_the_lease_end()
                stack.enter_context(another_import("small"))
            yield row

    with ExitStack() as stack, pytest.raises(AlreadyRunning, match="has begun while this one paused"):
        import_inventory(rows=paused(), layout=layout, file_name="list.csv", report=report, chunk=2)
    assert Project.objects.count() == 2
    assert report.created == 2
    assert (ImportLease.objects.count(), ImportRun.objects.get().finished_at) == (1, None)
    let_the_lease_end()
    call_command("import_inventory", undo=ImportRun.objects.get().pk)
    assert not Project.objects.exists()


def test_an_undo_that_lost_its_lease_deletes_nothing(inventory: Inventory) -> None:
    inventory.load([record(1)])
    run = ImportRun.objects.get()
    with only_one("small") as lost:
        let_the_lease_end()
        with only_one("small"), pytest.raises(AlreadyRunning):
            take_back(run=run, lease=lost)
    assert Project.objects.count() == 1
    run.refresh_from_db()
    assert run.undone_at is None

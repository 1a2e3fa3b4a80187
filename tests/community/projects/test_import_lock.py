"""One import of a source at a time; the lock goes with the process that holds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command

from community.projects.inventories.locking import AlreadyRunning, only_one
from community.projects.models import ImportRun, Project
from tests.support.database import ROOT
from tests.support.inventories import Inventory, counts, record
from tests.support.processes import environment, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

HOLD = """
import django, sys
django.setup()
from community.projects.inventories.locking import only_one
with only_one(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_import(source: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that holds the source's lock until it is killed."""
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


def test_a_second_import_of_the_source_is_refused_until_the_first_process_is_gone(
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

        def released() -> bool:
            return is_free("small")

        wait_until(released)
    assert counts(inventory.load([record(1), record(2)])) == {"created": 1, "unchanged": 1}
    call_command("import_inventory", undo=ImportRun.objects.latest("pk").pk)
    assert Project.objects.count() == 1


def test_a_lock_is_free_again_after_an_import_that_failed(inventory: Inventory) -> None:
    with pytest.raises(ZeroDivisionError), only_one("small"):
        raise ZeroDivisionError
    assert is_free("small")

"""One import or undoing of a source at a time, on every process and machine that shares the database."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from foundation.refusals import Refusal

NAMESPACE = 20_012
"""Keeps these locks apart from other advisory locks of the database."""


class AlreadyRunning(Refusal):
    """The source is being imported or undone by another process."""


@contextmanager
def only_one(source: str) -> Iterator[None]:
    """Hold the source's lock. Raises `AlreadyRunning` where another holds it. The lock goes with the process that
    holds it, however that ends."""
    with on_postgresql(source) if connection.vendor == "postgresql" else beside_sqlite(source):
        yield


@contextmanager
def on_postgresql(source: str) -> Iterator[None]:
    """An advisory lock of the session."""
    key = [NAMESPACE, zlib.crc32(source.encode()) - 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise refusal()
    try:
        yield
    finally:
        # After a fault the session may take no statement; it is about to end then, and the lock with it.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@contextmanager
def beside_sqlite(source: str) -> Iterator[None]:
    """A small database beside ours, of which one transaction at a time can be exclusive. A database in memory is this
    process's alone."""
    ours = Path(str(connection.settings_dict["NAME"]))
    if not ours.is_file():
        yield
        return
    beside = ours.with_name(f"import-{source}.lock")
    with closing(sqlite3.connect(beside, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise refusal() from error
        yield


def refusal() -> AlreadyRunning:
    return AlreadyRunning(_("Another import of this source is running; nothing was done."))

"""Writes the database, as of one moment, to a file, and restores it. Uses SQLite's backup function, or pg_dump and
pg_restore."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from operations.backup.faults import Impossible

TIMEOUT = 60
"""Seconds to wait for locks of other connections."""


@dataclass(frozen=True)
class Moment:
    """The content of the database at the time of the backup."""

    version: str
    migrations: list[str]
    rows: dict[str, int]


class Database(Protocol):
    file: str

    def dump(self, path: Path) -> Moment: ...

    def load(self, path: Path) -> None:
        """Replace the whole content of the database by that of the file, or change nothing and raise `Impossible`."""


def database() -> Database:
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()


def look() -> Moment:
    """Return the content that this connection sees now."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        rows = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows[table] = cursor.fetchone()[0]
    # Leave out migrations of apps that are no longer installed: `restore` refuses a backup with unknown migrations.
    known = MigrationLoader(None).disk_migrations
    applied = [key for key in MigrationRecorder(connection).applied_migrations() if key in known]
    version = ".".join(map(str, connection.get_database_version()))
    return Moment(version, sorted(f"{app}.{name}" for app, name in applied), rows)


class Sqlite:
    file = "database.sqlite3"

    def dump(self, path: Path) -> Moment:
        with (
            closing(self._open(Path(connection.settings_dict["NAME"]))) as ours,
            closing(self._open(path)) as copy,
        ):
            ours.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        with reading(path):
            return look()

    def load(self, path: Path) -> None:
        connection.close()
        try:
            with (
                closing(self._open(path)) as copy,
                closing(self._open(Path(connection.settings_dict["NAME"]))) as ours,
            ):
                copy.backup(ours)
        except sqlite3.Error as fault:
            raise Impossible(
                f"The database could not be written: {fault}. Is the site still running?"
            ) from fault

    def _open(self, path: Path) -> sqlite3.Connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(path, timeout=TIMEOUT)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Connect Django to this SQLite file within the block, read-only."""
    kept = dict(connection.settings_dict)
    connection.close()
    options = {"init_command": "PRAGMA query_only=ON"}
    connection.settings_dict.update(NAME=str(path), OPTIONS=options)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


class Postgresql:
    file = "database.dump"
    BEFORE = "before_restore"

    def dump(self, path: Path) -> Moment:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                (snapshot,) = cursor.fetchone()
            seen = look()
            self._run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={path}",
            )
        return seen

    def load(self, path: Path) -> None:
        """Keep the present schema under another name until the restored one is complete."""
        self._do(f"DROP SCHEMA IF EXISTS {self.BEFORE} CASCADE")
        self._do(f"ALTER SCHEMA public RENAME TO {self.BEFORE}", "CREATE SCHEMA public")
        connection.close()
        try:
            self._run(
                "pg_restore",
                *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
                *(f"--dbname={connection.settings_dict['NAME']}", str(path)),
            )
        except BaseException:
            self._do("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {self.BEFORE} RENAME TO public")
            raise
        self._do(f"DROP SCHEMA {self.BEFORE} CASCADE")

    def _do(self, *statements: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{TIMEOUT}s'")
            for statement in statements:
                cursor.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL. Raises `Impossible`. The password is passed in the environment, because lists of
        processes show arguments."""
        settings = connection.settings_dict
        address = {
            "PGHOST": settings["HOST"],
            "PGPORT": settings["PORT"],
            "PGUSER": settings["USER"],
            "PGPASSWORD": settings["PASSWORD"],
            "PGDATABASE": settings["NAME"],
        }
        environment = os.environ | {name: str(value) for name, value in address.items() if value}
        try:
            done = subprocess.run(
                [program, *arguments], env=environment, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise Impossible(
                f"{program} is not installed here. It comes with PostgreSQL's client programs."
            ) from None
        if done.returncode:
            raise Impossible(_why(program, done.stderr))


def _why(program: str, complaint: str) -> str:
    versions = re.search(r"server version: (\d+).*?pg_\w+ version: (\d+)", complaint, re.DOTALL)
    if versions:
        server, ours = versions.groups()
        return f"The server is PostgreSQL {server}, {program} here {ours}: install the client of version {server}."
    if re.search(r"unsupported version|does not appear to be a valid archive", complaint):
        return (
            f"{program} here is older than what wrote the backup: install the client of the server's version."
        )
    if "No space left" in complaint or "File too large" in complaint:
        return f"The disk is full: {program} could not write."
    last = complaint.strip().splitlines()[-1:] or ["it did not say why"]
    return f"{program} failed: {last[0]}"

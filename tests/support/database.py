"""The suite's database: migrated once for each state of the migrations, then only copied.

The migrated template is kept in `var/test-databases/` under a hash of its sources (a SQLite file, or a dump for
PostgreSQL). Each worker works on a copy. After a test that commits, the worker gets a new copy instead of Django's
flush, so the rows of migrations and `post_migrate` are never lost.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from asgiref.sync import SyncToAsync
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "test-databases"
KEPT_AT_MOST = 6
# Sources of the rows that post_migrate writes, besides the migrations: published lists, and the code that reads them.
SEEDS = (
    "**/*.csv",
    "**/*.json",
    "apps.py",
    "receivers.py",
    "roles.py",
    "**/seed*.py",
    "**/texts/*.md",
    "**/taxonomy*.py",
    "**/taxonomy/*.py",
)


class TestDatabase(Protocol):
    __test__ = False

    def prepare_template(self, digest: str, migrate: Callable[[str], None]) -> None:
        """Create the template if it does not exist. `migrate` migrates the empty database of that name."""

    def copy(self) -> str:
        """Replace the last copy of the template by a new one. Return its name for Django."""

    def copy_to(self, name: str) -> None:
        """Copy the template to a database of this name, which is replaced."""

    def drop(self) -> None: ...


class SqliteDatabase:
    """Copies the pages of the template, so that other threads may keep the same file open."""

    def __init__(self, directory: Path) -> None:
        self._copy = directory / "test.sqlite3"
        self._template = Path()

    def prepare_template(self, digest: str, migrate: Callable[[str], None]) -> None:
        self._template = KEPT / f"{digest}.sqlite3"
        if not self._template.exists():
            unfinished = self._template.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            migrate(str(unfinished))
            with closing(sqlite3.connect(unfinished)) as database:
                database.execute("PRAGMA journal_mode=DELETE")
            unfinished.rename(self._template)

    def copy(self) -> str:
        self.copy_to(str(self._copy))
        return str(self._copy)

    def copy_to(self, name: str) -> None:
        source = f"file:{self._template}?immutable=1"
        with (
            closing(sqlite3.connect(source, uri=True)) as template,
            closing(sqlite3.connect(name)) as copy,
        ):
            template.backup(copy)

    def drop(self) -> None:
        """Does nothing: the temporary directory is deleted with the session."""


class PostgresDatabase:
    def __init__(self, url: str, worker: str) -> None:
        self._server = url.rpartition("/")[0]
        self._copy = f"test_samverka_{worker}"
        self._template = ""

    def _run(self, *statements: str) -> None:
        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())

    def prepare_template(self, digest: str, migrate: Callable[[str], None]) -> None:
        self._template = f"samverka_template_{digest}"
        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as server:
            found = server.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [self._template]
            ).fetchone()
            major = server.info.server_version // 10_000
        if found:
            return
        unfinished = f"{self._template}_unfinished"
        dump = KEPT / f"{digest}.pg{major}.dump"
        self._run(
            f'DROP DATABASE IF EXISTS "{unfinished}"', f'CREATE DATABASE "{unfinished}" TEMPLATE template0'
        )
        if dump.exists():
            subprocess.run(
                ["pg_restore", "--no-owner", "--exit-on-error", "-d", f"{self._server}/{unfinished}", dump],
                check=True,
            )
        else:
            migrate(unfinished)
            self._keep(unfinished, dump)
        self._run(f'ALTER DATABASE "{unfinished}" RENAME TO "{self._template}"')

    def _keep(self, name: str, dump: Path) -> None:
        """Dump the template. Without a client of the server's version there is no dump, and the next run migrates
        again."""
        written = dump.with_suffix(".unfinished")
        try:
            command = ["pg_dump", "--format=custom", "--compress=0", "-f", written, f"{self._server}/{name}"]
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            written.unlink(missing_ok=True)
        else:
            written.rename(dump)

    def copy(self) -> str:
        self.copy_to(self._copy)
        return self._copy

    def copy_to(self, name: str) -> None:
        self._run(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY',
        )

    def drop(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self._copy}" WITH (FORCE)')


def template_digest() -> str:
    """Return a hash of all sources of a migrated database."""
    digest = hashlib.sha256(connection.vendor.encode() + Path(__file__).read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda config: config.label):
        folder = Path(app.path)
        sources = set(folder.glob("migrations/*.py"))
        if folder.is_relative_to(ROOT) and ".venv" not in folder.parts:
            sources |= {path for seed in SEEDS for path in folder.glob(seed)}
        for path in sorted(sources):
            digest.update(f"{app.label}/{path.relative_to(folder)}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _close_connections() -> None:
    """Also close those of the thread in which asynchronous tests run queries, because that thread outlives them."""
    connection.close()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result(timeout=20)


def _migrate(name: str) -> None:
    """Migrate and delete the tasks that seeding enqueued. Otherwise every test that runs due tasks would run them."""
    _use(name)
    call_command("migrate", verbosity=0, interactive=False)
    apps.get_model("django_tasks_database", "DBTaskResult").objects.all().delete()
    connection.close()


@contextmanager
def _one_worker_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old_templates() -> None:
    kept = sorted(KEPT.glob("*.*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[KEPT_AT_MOST:]:
        path.unlink()


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Allow the database in fixtures of a module. Their writes are rolled back after the module's last test.

    Each test runs in a savepoint inside this transaction, so modules with tests that commit cannot use this fixture.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def database_template(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> TestDatabase:
    """The template, from which tests copy."""
    database: TestDatabase
    if connection.vendor == "postgresql":
        database = PostgresDatabase(
            os.environ["DATABASE_URL"], os.environ.get("PYTEST_XDIST_WORKER", f"main{os.getpid()}")
        )
    else:
        database = SqliteDatabase(tmp_path_factory.mktemp("database"))
    with django_db_blocker.unblock(), _one_worker_at_a_time():
        database.prepare_template(template_digest(), _migrate)
        _forget_old_templates()
    return database


@pytest.fixture(scope="session")
def django_db_setup(database_template: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's fixture: uses a copy of the template, and a new copy after each test that commits."""

    def use_new_copy(_test_case: TransactionTestCase | None = None) -> None:
        _close_connections()
        _use(database_template.copy())

    with django_db_blocker.unblock():
        use_new_copy()
    with pytest.MonkeyPatch.context() as patch:
        # TestCase has its own teardown (rollback). Only tests that commit use this one.
        patch.setattr(TransactionTestCase, "_fixture_teardown", use_new_copy)
        yield
    with django_db_blocker.unblock():
        _close_connections()
        database_template.drop()

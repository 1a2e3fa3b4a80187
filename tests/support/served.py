"""The site as it really runs: `site/manage.py serve` in a process of its own, with a data directory of its own.

    def test_a_reader(embedded_site, page): embedded_site.start(); page.goto(embedded_site.address) …

`embedded_site` uses no servers; `servers_site` has its own databases on PostgreSQL, Redis and Elasticsearch. Both
start with the demonstration.
"""

from __future__ import annotations

import email
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path
from urllib.error import URLError
from uuid import uuid4

import psycopg
import pytest
from elasticsearch import Elasticsearch

from tests.support.database import ROOT
from tests.support.services.machine import free_port

SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
FIRST_START = 240
"""Seconds, on a machine that also does other work."""
MAIL_COMES_WITHIN = 60
FAULT = re.compile(r"^([^\n]*)\nTraceback.*?^(?=\S)([^\n]+)$", re.DOTALL | re.MULTILINE)
INDEXED = """
import time
from django_tasks_db.models import DBTaskResult
while DBTaskResult.objects.filter(queue_name="index", status__in=["READY", "RUNNING"]).exists():
    time.sleep(0.2)
"""


class Site:
    def __init__(self, directory: Path, **servers: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {name: value for name, value in os.environ.items() if name not in SERVERS}
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PYTHONPATH": f".{os.pathsep}site",
            "DATA_DIR": str(directory),
            "PORT": str(self.port),
            **servers,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    @property
    def faults(self) -> list[str]:
        """Return the errors and warnings in the log, each with a line or two of context."""
        return [f"{at.group(1)} … {at.group(2)}" for at in FAULT.finditer(self.log)]

    def start(self) -> float:
        """Start the server. Return the seconds until the first page."""
        began = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "site/manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self._answers():
            assert self._process.poll() is None, self.log
            assert time.monotonic() - began < FIRST_START, self.log
            time.sleep(0.05)
        return time.monotonic() - began

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health/", timeout=20) as answer:
                return answer.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False

    def stop(self) -> None:
        """Stop the server with Ctrl-C."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def set_up_time(self) -> float:
        """Return the seconds that a process takes for `django.setup()` alone."""
        began = time.monotonic()
        command = [sys.executable, "-c", "import django; django.setup()"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)
        return time.monotonic() - began

    def link_mailed_to(self, recipient: str) -> str:
        """Wait for a mail to the recipient, and return the address on this site of the first link in it."""
        began = time.monotonic()
        while True:
            for file in sorted((self.directory / "mail").glob("*")):
                message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
                body = message.get_body(("plain",)) if message["To"] == recipient else None
                if body and (link := re.search(r"https?://[^/\s]+(/\S+)", body.get_content())):
                    return self.address + link[1]
            assert time.monotonic() - began < MAIL_COMES_WITHIN, f"No mail came to {recipient}."
            time.sleep(0.05)

    def manage(self, *arguments: str | Path, seconds: float = 180) -> str:
        """Run a command of this site and return its output."""
        command = [sys.executable, "site/manage.py", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def wait_for_index(self) -> None:
        """Wait until the site's own worker has indexed everything."""
        self.manage("shell", "--no-imports", "-c", INDEXED)


def make_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` has filled. Parallel workers share it: the first creates it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made, unfinished = shared / name, shared / f"{name}.unfinished"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(made)
    return made


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory after a first start."""

    def start(directory: Path) -> None:
        site = Site(directory)
        try:
            site.start()
            site.wait_for_index()
        finally:
            site.stop()

    return make_once(tmp_path_factory, "first-start", start)


@contextmanager
def embedded(first_start: Path, directory: Path) -> Iterator[Site]:
    """The site of `make run` at its second start, on a copy of the first start's data; not started yet."""
    shutil.copytree(first_start, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("log"))
    site = Site(directory)
    try:
        yield site
    finally:
        site.stop()


@pytest.fixture
def embedded_site(first_start: Path, tmp_path: Path) -> Iterator[Site]:
    with embedded(first_start, tmp_path / "data") as site:
        yield site


@pytest.fixture
def servers_site(tmp_path: Path) -> Iterator[Site]:
    """The same site on the three servers, each with a separate database; not started yet."""
    name = f"served_{uuid4().hex[:12]}"
    postgres, redis = (os.environ[variable].rpartition("/")[0] for variable in SERVERS[:2])
    number = 32 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw31")[2:]) % 32
    site = Site(
        tmp_path / "data",
        DATABASE_URL=f"{postgres}/{name}",
        REDIS_URL=f"{redis}/{number}",
        ELASTICSEARCH_URL=os.environ["ELASTICSEARCH_URL"],
        ELASTICSEARCH_PREFIX=name,
    )
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
    yield site
    site.stop()
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
    with Elasticsearch(os.environ["ELASTICSEARCH_URL"]) as search:
        for index in search.indices.get(index=f"{name}*"):
            search.indices.delete(index=index)

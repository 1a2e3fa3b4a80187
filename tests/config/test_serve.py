"""`make run`: one process serves everything, starts quickly, and reports an obstacle in one sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from community.members.models import Member
from demonstration.accounts import PASSWORD, shown_accounts
from knowledge.models import Theme
from tests.support.services.machine import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVERS = {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "PORT", "DATA_DIR", "DJANGO_SETTINGS_MODULE"}
SET_UPS = 3
"""The longest start, as a multiple of Django's own set-up time; bench/start measures the seconds."""
# No command can do anything before these imports.
SETUP = "import sys; sys.path[:0] = ['.', 'site']; import django; django.setup()"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in SERVERS}
    return {**kept, "DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "site/manage.py", "serve"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def processor_seconds(process: subprocess.Popen[str]) -> float:
    """Return the processor time of an ended process. Unlike elapsed time, it does not depend on other tests."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def wait_for(address: str, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(process.communicate())


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_a_second_start_serves_soon_and_prints_address_and_accounts(environment: dict[str, str]) -> None:
    Member.objects.create_user(email="anna@example.org", password="a long password")
    added_since = Theme.objects.earliest("pk")
    Theme.objects.filter(pk=added_since.pk).delete()
    name = connection.settings_dict["NAME"]
    servers = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
    environment["DATABASE_URL"] = (
        f"{servers}/{name}" if connection.vendor == "postgresql" else f"sqlite:///{name}"
    )
    local = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    setup = processor_seconds(subprocess.Popen([sys.executable, "-c", SETUP], cwd=ROOT, env=local, text=True))

    site = start(environment)
    wait_for(f"http://127.0.0.1:{environment['PORT']}/health/", site)
    site.send_signal(signal.SIGINT)
    used = processor_seconds(site)

    said, fault = site.communicate()
    assert site.returncode == 0, fault
    assert used < SET_UPS * setup, "what a first start has done is not done again"
    assert f"http://localhost:{environment['PORT']}" in said
    assert all(email in said for email, _ in shown_accounts())
    assert PASSWORD in said
    assert "Loading" not in said
    assert Member.objects.count() == 1
    assert Theme.objects.filter(code=added_since.code).exists(), "what a new version brings is added"


def test_an_occupied_port_ends_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        _, fault = start(environment).communicate()
    port = environment["PORT"]
    assert fault == f"CommandError: Port {port} is taken. Choose another: make run PORT={int(port) + 1}\n"


@pytest.mark.parametrize("port", ["web", "70000"])
def test_an_invalid_port_ends_in_one_sentence(environment: dict[str, str], port: str) -> None:
    _, fault = start({**environment, "PORT": port}).communicate()
    assert fault == f"CommandError: PORT must be a number between 1 and 65535, not '{port}'.\n"


def test_a_read_only_folder_ends_in_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _, fault = start({**environment, "DATA_DIR": str(tmp_path / "file" / "data")}).communicate()
    assert fault.startswith("CommandError: Can't write to ")
    assert fault.count("\n") == 1

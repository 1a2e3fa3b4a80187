"""Processes beside the test's own, on the test's own database: `WorkerProcess()` is `manage.py worker`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection

from tests.support.database import ROOT


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that uses this test's database. The test must commit."""
    name = str(connection.settings_dict["NAME"])
    server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": f".{os.pathsep}site",
        "DATABASE_URL": f"{server}/{name}" if connection.vendor == "postgresql" else f"sqlite:///{name}",
        **more,
    }


def wait_until(met: Callable[[], object], seconds: float = 60) -> None:
    """Wait until the condition is true. Fail with its name if that takes too long."""
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, f"{met.__name__} was not met within {seconds} s"
        time.sleep(0.02)


class WorkerProcess:
    """A worker process, killed at the end of the block if it still runs."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.log = directory / "worker.log"
        self._settings = {"WORKER_LEASE": "1", **settings}
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "site/manage.py", "worker"],
                cwd=ROOT,
                env=environment(**self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)

    def tell_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    @property
    def has_heard(self) -> bool:
        """Return whether the first SIGTERM was handled: the next one would end the process (SigCgt in /proc)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        return not caught >> (signal.SIGTERM - 1) & 1

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def exit_code(self, seconds: float = 30) -> int:
        return self._process.wait(seconds)

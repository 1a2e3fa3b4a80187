"""The processes of one container: started, stopped, killed, checked, and restarted when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.support.services.machine import as_server_user

AT_ONCE = 0.1
"""Seconds until a dead container is restarted; doubled each time, until it has lived for ten."""
GRACE = 20


class Part:
    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        folder: Path,
        health: Sequence[str],
        port: int = 0,
        restarts: bool = True,
        stop_signal: str = "SIGTERM",
        as_server: bool = False,
    ) -> None:
        self.name, self.command, self.environment, self.health = name, command, dict(environment), health
        self.port, self.folder, self.log = port, folder, folder / "log"
        self._restarts, self._stop_signal = restarts, signal.Signals[stop_signal]
        self._as: dict[str, Any] = as_server_user() if as_server else {}
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = threading.Event()
        self._deaths = threading.Lock()
        self.restarted = 0

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as,
            )
        return self._process

    def start(self) -> None:
        """Start without waiting; see `wait`."""
        assert not self._wanted.is_set(), f"{self.name} runs already"
        self._wanted.set()
        process = self._spawn()
        threading.Thread(target=self._supervise, args=[process], name=self.name, daemon=True).start()

    def _supervise(self, process: subprocess.Popen[bytes]) -> None:
        """Restart as `restart: unless-stopped` does, until the part is stopped or another process was started."""
        pause = AT_ONCE
        while True:
            born = time.monotonic()
            process.wait()
            with self._deaths:
                if not self._wanted.is_set() or not self._restarts or process is not self._process:
                    return
            pause = AT_ONCE if time.monotonic() - born > 10 else pause * 2
            time.sleep(pause)
            with self._deaths:
                if not self._wanted.is_set() or process is not self._process:
                    return
                self.restarted += 1
                process = self._spawn()

    @property
    def process(self) -> psutil.Process:
        assert self._process
        return psutil.Process(self._process.pid)

    def kill(self, *, for_good: bool = False) -> None:
        """Send SIGKILL to all its processes at once. With `for_good` it stays down until `start`, like a lost
        machine."""
        with self._deaths:
            if for_good:
                self._wanted.clear()
            self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop like `docker compose stop`: first SIGTERM, then SIGKILL if the process does not end."""
        with self._deaths:
            self._wanted.clear()
        if self._process and self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                print(f"{self.name} did not stop in {GRACE} s: {self.last_words()}", file=sys.stderr)
                self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if not self._process or self._process.poll() is not None:
            return
        whole = [self.process, *self.process.children(recursive=True)]
        for each in whole:
            try:
                each.send_signal(sign)
            except psutil.NoSuchProcess:
                continue
        self._process.wait(GRACE)
        psutil.wait_procs(whole, GRACE)

    def is_healthy(self) -> bool:
        """Return the result of its own health check."""
        if not self._wanted.is_set():
            return False
        try:
            asked = subprocess.run(
                self.health,
                env=self.environment,
                cwd=self.folder,
                capture_output=True,
                timeout=10,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return asked.returncode == 0

    def wait(self, seconds: float = 90) -> float:
        """Wait until it is healthy. Return the seconds."""
        return wait_until(
            self.is_healthy, seconds, lambda: f"{self.name} is not healthy: {self.last_words()}"
        )

    def run(self, seconds: float = 180) -> None:
        """Run to the end, for a part that runs once."""
        process = self._spawn()
        assert process.wait(seconds) == 0, f"{self.name}: {self.last_words()}"

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def says(self) -> str:
        return self.log.read_text(errors="replace")


def wait_until(condition: Callable[[], object], seconds: float, complaint: Callable[[], str] | str) -> float:
    """Wait until the condition is true. Return the seconds. Fail if it takes too long."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(
                f"After {seconds:.0f} s: {complaint if isinstance(complaint, str) else complaint()}"
            )
        time.sleep(0.1)
    return time.monotonic() - began


def without_python(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that a process needs from the machine, without those of the current Python."""
    return {name: environment[name] for name in ("PATH", "LANG", "TZ") if name in environment}

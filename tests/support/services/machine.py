"""Packages, ports, users and processes of this machine, as far as the suite may use them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any


class Unavailable(Exception):
    """Says in a few words why a service is not available."""


IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SERVER_USER = "nobody"
_apt = threading.Lock()
_apt_updated = False


def find_program(*names: str, also_in: Sequence[Path] = ()) -> str | None:
    """Return the first of these programs on PATH or in one of the other folders."""
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, also_in)])
    return next(filter(None, (shutil.which(name, path=folders) for name in names)), None)


def install_packages(*packages: str) -> bool:
    """Install Debian packages. Return False if that is not allowed or the packages do not exist. Parallel workers wait
    for each other."""
    global _apt_updated
    if not IS_ROOT or not shutil.which("apt-get"):
        return False
    # RUNLEVEL=1 prevents a newly installed server from starting on its usual port.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run = partial(subprocess.run, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    with _apt, (cache_directory() / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _apt_updated:
            run(["apt-get", "update", "-q"])
            _apt_updated = True
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        return run(command).returncode == 0


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(number: int) -> list[int]:
    """Return different free ports: each is held until the last one is found."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def cache_directory() -> Path:
    """Return the folder for downloads between runs: outside the repository and readable by the servers' own user."""
    if IS_ROOT:
        cache = Path("/var/cache/samverka")
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "samverka"
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    return cache


def memory_directory() -> str | None:
    """Return a folder in memory if it has enough space: copying a database there is thirty times as fast."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 2**30
    return str(memory) if has_room else None


def as_server_user() -> dict[str, Any]:
    """Return arguments for subprocess. Servers that refuse to run as root run as another user."""
    return {"user": SERVER_USER, "group": "nogroup", "extra_groups": []} if IS_ROOT else {}


class Servers:
    """Server processes that end together. Each has its own folder, log and process group, so Ctrl-C reaches only
    us."""

    def __init__(self, directory: Path, in_memory: Path) -> None:
        for each in (directory, in_memory):
            each.chmod(0o711)
        self._directory = directory
        self._in_memory = in_memory
        self._processes: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._stopped = False

    def folder(self, name: str, *, in_memory: bool = False) -> Path:
        folder = (self._in_memory if in_memory else self._directory) / name
        folder.mkdir()
        if IS_ROOT:
            shutil.chown(folder, SERVER_USER)
        return folder

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        ready: Callable[[], bool],
        seconds: float,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a server and wait until it is ready. If it never is, raise Unavailable with the end of its log."""
        log = self._directory / f"{name}.log"
        with self._lock, log.open("wb") as output:
            if self._stopped:
                raise Unavailable("stopped before it started")
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**os.environ, "HOME": str(cwd), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_server_user(),
            )
            self._processes.append(process)
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                last_words = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][
                    -2:
                ]
                raise Unavailable(f"{name} did not start: {' / '.join(last_words) or 'it said nothing'}")
            time.sleep(0.1)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for sign, patience in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0)):
                deadline = time.monotonic() + patience
                for process in self._processes:
                    if process.poll() is None:
                        os.killpg(process.pid, sign)
                for process in self._processes:
                    try:
                        process.wait(max(0.0, deadline - time.monotonic()))
                    except subprocess.TimeoutExpired:
                        continue

"""`make test`: the whole suite, with every available service.

There are three runs. While the servers start, the tests marked `embedded` or `sqlite` run on what `make run` uses:
SQLite, memory and the database search. Then all tests but the latter run on the servers. The tests marked `topology`
come last, with their own servers. Without PostgreSQL the second run leaves out the tests of the first. Other arguments
go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import psutil
import pytest

from tests.support.services import running_services

OF_SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
EMBEDDED = "(embedded or sqlite) and not (postgres or redis or elastic)"
ON_SERVERS = "not (topology or sqlite)"
WITHOUT_SERVERS = f"not topology and not ({EMBEDDED})"
TOPOLOGY = Path("tests/topology")
TIMEOUT = 40 * 60
"""Seconds for one run. A single test has its own limit (`timeout` in pyproject.toml)."""


class Run:
    """Pytest in a separate process, started at once and stopped at the end of the block.

    `without_servers` hides the servers' addresses from it.
    """

    def __init__(
        self, *arguments: str, environment: Mapping[str, str], without_servers: bool = False
    ) -> None:
        hidden = OF_SERVERS if without_servers else ()
        environment = {name: value for name, value in environment.items() if name not in hidden}
        self._process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def finish(self) -> int:
        """Wait for the end and return the exit code; 0 if no test was selected. Kill a run that does not end."""
        try:
            status = self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            print(f"\nNot finished after {TIMEOUT // 60} minutes:", file=sys.stderr, flush=True)
            for process in (*psutil.Process(self._process.pid).children(recursive=True), self._process):
                process.kill()
            status = self._process.wait()
        except KeyboardInterrupt:
            # Pytest got the same Ctrl-C and ends by itself. The servers must run until then.
            status = self._process.wait()
        return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status


def selects_topology(arguments: list[str]) -> bool:
    """Return False if the arguments name files or folders without a test of the topology."""
    paths = [path for path in (Path(argument.partition("::")[0]) for argument in arguments) if path.exists()]
    return not paths or any(path.is_relative_to(TOPOLOGY) or TOPOLOGY.is_relative_to(path) for path in paths)


def may_go_on(status: int) -> bool:
    return status in (0, pytest.ExitCode.TESTS_FAILED)


def main(arguments: list[str]) -> int:
    print("On SQLite and memory, the tests marked embedded or sqlite:", flush=True)
    with (
        Run(
            "-n", "auto", "-m", EMBEDDED, *arguments, environment=os.environ, without_servers=True
        ) as embedded,
        running_services() as found,
    ):
        status = embedded.finish()
        if may_go_on(status):
            environment = {**os.environ, **found.environment}
            wanted = ON_SERVERS if "DATABASE_URL" in environment else WITHOUT_SERVERS
            print("\nOn the servers:", flush=True)
            with Run("-n", "auto", "-m", wanted, *arguments, environment=environment) as on_servers:
                status = on_servers.finish() or status
    if may_go_on(status) and selects_topology(arguments):
        print("\nOn the services of the compose file, run natively:", flush=True)
        with Run("-m", "topology", *arguments, environment=os.environ, without_servers=True) as topology:
            status = topology.finish() or status
    if found.missing:
        print(f"not tested here: {found.not_tested()}")
        if os.environ.get("CI") == "true":
            print("A service is missing, which CI counts as a failure.", file=sys.stderr)
            return status or 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

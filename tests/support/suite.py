"""`make test`: the whole suite, with every service that can be had here.

Three runs: all tests on PostgreSQL (SQLite where there is none); those marked `embedded` again on what `make run` uses:
SQLite, memory and the database search, and with them those marked `sqlite`, which run nowhere else; and those marked
`topology`, on servers of their own, with the machine to themselves. Further arguments go to pytest. The last line names
what was not tested.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import psutil
import pytest

from tests.support.services import running_services

OF_SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
ON_SERVERS = "not (topology or sqlite)"
EMBEDDED = "(embedded or sqlite) and not (postgres or redis or elastic)"


PATIENCE = 40 * 60
"""Seconds for one run. A single test has its own limit (`timeout` in pyproject.toml); this is for what is none."""


def run_pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    with subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment) as run:
        try:
            status = run.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"\nNot finished after {PATIENCE // 60} minutes:", file=sys.stderr, flush=True)
            for process in (*psutil.Process(run.pid).children(recursive=True), run):
                process.kill()
            status = run.wait()
        except KeyboardInterrupt:
            # Pytest got the same Ctrl-C and ends in its own way; the servers wait for it.
            status = run.wait()
        except SystemExit:
            run.terminate()
            raise
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status


def main(arguments: list[str]) -> int:
    with running_services() as found:
        environment = {**os.environ, **found.environment}
        on_servers = "DATABASE_URL" in found.environment
        wanted = ON_SERVERS if on_servers else "not topology"
        status = run_pytest(["-n", "auto", "-m", wanted, *arguments], environment)
        if on_servers and status in (0, pytest.ExitCode.TESTS_FAILED):
            embedded = {name: value for name, value in environment.items() if name not in OF_SERVERS}
            print("\nOnce more, what is marked embedded or sqlite, on SQLite and memory:", flush=True)
            status = run_pytest(["-n", "auto", "-m", EMBEDDED, *arguments], embedded) or status
    if status in (0, pytest.ExitCode.TESTS_FAILED):
        print("\nOn the services of the compose file, run natively:", flush=True)
        alone = {name: value for name, value in os.environ.items() if name not in OF_SERVERS}
        status = run_pytest(["-m", "topology", *arguments], alone) or status
    if found.missing:
        print(f"not tested here: {found.not_tested()}")
        if os.environ.get("CI") == "true":
            print("A service is missing, which CI counts as a failure.", file=sys.stderr)
            return status or 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

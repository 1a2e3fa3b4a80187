"""The suite uses Docker's servers if an engine answers, and reports the missing ones otherwise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUND = """
import json
from tests.support.services import running_services
with running_services() as found:
    print(json.dumps([found.environment, found.missing]))
"""
DOCKER = """#!/bin/sh
echo "$*" >> "$0.calls"
case "$*" in
  *" up "*) exit "$UP" ;;
  *" port postgres 5432") echo 127.0.0.1:5001 ;;
  *" port elasticsearch 9200") echo 127.0.0.1:5003 ;;
esac
"""


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a machine without servers on which nothing can be installed."""
    programs = tmp_path / "programs"
    programs.mkdir()
    servers = {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "CHROMIUM", "CI"}
    return {key: value for key, value in os.environ.items() if key not in servers} | {"PATH": str(programs)}


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    program = tmp_path / "programs" / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    return program


def found(environment: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    ran = subprocess.run(
        [sys.executable, "-c", FOUND], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return tuple(json.loads(ran.stdout))


def test_docker_runs_the_services_whose_addresses_are_not_set(nothing: dict[str, str], docker: Path) -> None:
    set_already = {"CHROMIUM": "/usr/bin/chromium", "REDIS_URL": "redis://cache.example:6379/0"}
    addresses, missing = found({**nothing, "UP": "0", **set_already})
    assert addresses == {
        **set_already,
        "DATABASE_URL": "postgres://samverka:test@127.0.0.1:5001/postgres",
        "ELASTICSEARCH_URL": "http://127.0.0.1:5003",
    }
    assert not missing
    calls = docker.with_name("docker.calls").read_text().splitlines()
    assert calls[0] == "info"
    assert calls[1].endswith("up --detach --wait postgres elasticsearch")
    assert "down --volumes" in calls[-1]
    assert all(f"-f {ROOT / 'docker-compose.yml'}" in call for call in calls[1:])


def test_the_last_line_names_untested_services_and_fails_in_ci(
    nothing: dict[str, str],
) -> None:
    had = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    missing = "Redis (no redis-server), Elasticsearch (no Java 17), Chromium (no Chromium)"
    for ci, status in (("", 0), ("true", 1)):
        ran = subprocess.run(
            [sys.executable, "-m", "tests.support.suite", "--version", "-p", "no:xdist"],
            cwd=ROOT,
            env={**nothing, **had, "CI": ci},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == status, ran.stderr
        assert ran.stdout.splitlines()[-1] == f"not tested here: {missing}"

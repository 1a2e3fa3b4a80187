"""The compose file's own PostgreSQL, Redis and Elasticsearch, on free ports, if a Docker engine runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.services.machine import Unavailable, find_program

REPOSITORY = Path(__file__).resolve().parents[3]
FILES = (REPOSITORY / "docker-compose.yml", Path(__file__).with_name("docker-compose.test.yml"))
# Throw-away values: the compose file does not start without them.
ENVIRONMENT = {
    "POSTGRES_PASSWORD": "test",
    "SECRET_KEY": "test",
    "SITE_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": "samverka@localhost",
    "ELASTICSEARCH_HEAP": "-Xms512m -Xmx512m",
}
ADDRESSES = {
    "DATABASE_URL": ("postgres", 5432, "postgres://samverka:test@{}/postgres"),
    "REDIS_URL": ("redis", 6379, "redis://{}/0"),
    "ELASTICSEARCH_URL": ("elasticsearch", 9200, "http://{}"),
}


def engine_answers() -> bool:
    docker = find_program("docker")
    if not docker:
        return False
    try:
        return subprocess.run([docker, "info"], capture_output=True, check=False, timeout=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def composed(variables: set[str]) -> Iterator[dict[str, str]]:
    """Yield addresses of the services by environment variable. Raise Unavailable if the engine cannot run them."""
    files = [argument for file in FILES for argument in ("-f", str(file))]
    base = ["docker", "compose", "-p", f"samverka-test-{os.getpid()}", *files]

    def compose(*arguments: str) -> str:
        ran = subprocess.run(
            [*base, *arguments],
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise Unavailable(f"docker compose {arguments[0]}: {ran.stderr.strip().splitlines()[-1:]}")
        return ran.stdout.strip()

    wanted = {variable: ADDRESSES[variable] for variable in ADDRESSES if variable in variables}
    try:
        compose("up", "--detach", "--wait", *(service for service, _, _ in wanted.values()))
        yield {
            variable: form.format(compose("port", service, str(port)))
            for variable, (service, port, form) in wanted.items()
        }
    finally:
        compose("down", "--volumes", "--timeout", "2")

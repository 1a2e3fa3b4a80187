"""Settings that `make run` reads from the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = "from config.settings import local; print(local.WAGTAILADMIN_BASE_URL)"


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("said", "base"),
    [
        ({}, "http://localhost:8000"),
        ({"PORT": ""}, "http://localhost:8000"),
        ({"PORT": "8765"}, "http://localhost:8765"),
        ({"PORT": "8765", "BASE_URL": ""}, "http://localhost:8765"),
        ({"PORT": "8765", "BASE_URL": "https://try.example"}, "https://try.example"),
    ],
)
def test_links_in_mail_use_the_address_where_the_site_is_served(
    said: dict[str, str], base: str, tmp_path: Path
) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in {"PORT", "BASE_URL"}}
    environment = {**kept, **said, "DATA_DIR": str(tmp_path), "PYTHONPATH": ".:site"}
    found = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == base


def test_eight_connections_are_left_for_pages_beside_a_worker_in_the_same_process(tmp_path: Path) -> None:
    """A worker uses one connection for each queue thread and two for itself."""
    ask = (
        "from config.settings import local as told;"
        "print(told.DATABASES['default']['OPTIONS']['pool']['max_size'], len(told.TASKS['default']['QUEUES']))"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": ".:site",
    }
    found = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    connections, queue_threads = map(int, found.stdout.split())
    assert connections - queue_threads - 2 >= 8

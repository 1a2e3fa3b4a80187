"""What `make run` is told by its environment."""

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
def test_links_in_mail_lead_to_where_the_site_is_served(
    said: dict[str, str], base: str, tmp_path: Path
) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in {"PORT", "BASE_URL"}}
    environment = {**kept, **said, "DATA_DIR": str(tmp_path), "PYTHONPATH": ".:site"}
    found = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == base

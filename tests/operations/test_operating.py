"""docs/operating.md names every setting, metric, probe and log field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from operations.observability import health, logs
from operations.observability.requests import PROBES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operating.md").read_text()
CODE = re.compile(
    r"(?:\benv(?:\.\w+)?|secret|required|environ\.get|environ\.setdefault)\(\s*\"([A-Z_]+)\"|environ\[\"([A-Z_]+)\"\]"
)
LISTED = re.compile(r"for name in \(([^)]*)\)")
SHELL = re.compile(r"\$\{([A-Z_]+)")
OF_TESTS = {"PYTEST_XDIST_WORKER"}


def variables() -> set[str]:
    """Return every name that this project reads from the environment."""
    found = set()
    for path in [*(ROOT / "site").rglob("*.py"), *(ROOT / "community").rglob("*.py")]:
        text = path.read_text()
        found |= {name for pair in CODE.findall(text) for name in pair if name}
        if path.parent.name == "settings":
            found |= {name for names in LISTED.findall(text) for name in re.findall(r'"([A-Z_]+)"', names)}
    for name in ("docker-compose.yml", "site/docker/entrypoint.sh", "site/docker/secrets.yml"):
        found |= set(SHELL.findall((ROOT / name).read_text()))
    found |= set(re.findall(r"^([A-Z_]+)=", (ROOT / "site/docker/example.env").read_text(), re.MULTILINE))
    return found - OF_TESTS


def test_every_setting_is_in_the_table() -> None:
    found = variables()
    assert {"SECRET_KEY", "REDIS_URL", "LOG_FORMAT", "WEB_WORKERS", "SITE_HOST", "WORKER_LEASE"} <= found
    assert {name for name in found if f"`{name}`" not in PAGE} == set()


def test_every_setting_in_the_table_exists() -> None:
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    names = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(names))) <= variables()


def test_every_metric_is_explained() -> None:
    sources = [
        path
        for package in ("core", "subjects", "site", "community", "search")
        for path in (ROOT / package).rglob("*.py")
    ]
    figures = {name for path in sources for name in re.findall(r'"(samverka_[a-z_]+)"', path.read_text())}
    assert {"samverka_request_seconds", "samverka_live_sockets", "samverka_refused"} <= figures
    assert {name for name in figures if f"`{name}" not in PAGE} == set()


@pytest.mark.parametrize("name", [*health.PARTS, *logs.FIELDS, *PROBES])
def test_every_part_field_and_probe_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_named_command_exists() -> None:
    named = set(re.findall(r"(?:`manage |site/manage\.py )([a-z_]+)", PAGE))
    assert {"backup", "restore", "search_rebuild"} <= named
    assert named <= set(get_commands())

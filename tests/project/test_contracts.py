"""`lint-imports` applies the contracts of pyproject.toml as intended: it reports each import that they forbid.

`make check` checks the code itself. Here a copy of it breaks every contract at once.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PYPROJECT["tool"]["importlinter"]
NOT_CODE = shutil.ignore_patterns("__pycache__", "static", "*.toml", "*.csv", "*.txt", "*.json", "*.html")

FORBIDDEN = [
    ("knowledge", "import search.requests", "search.requests"),
    ("core", "import knowledge.models", "knowledge.models"),
    ("search", "import config.urls", "config.urls"),
    ("config", "import demonstration.apps", "demonstration.apps"),
    ("knowledge", "def later():\n    from community.live import hub", "community.live.hub"),
    ("community.members", "import community.organisations.models", "community.organisations.models"),
    ("community.live", "import community.discussions.models", "community.discussions.models"),
    ("operations.observability", "import operations.worker", "operations.worker"),
    ("search", "import elasticsearch.dsl", "elasticsearch"),
    ("search.database", "from elasticsearch import Elasticsearch", "elasticsearch"),
    ("config", "import elastic_transport", "elastic_transport"),
    ("community.discussions", "from channels.layers import get_channel_layer", "channels"),
    ("config", "import channels", "channels"),
    ("knowledge", "import channels.db", "channels"),
    ("core", "import bleach", "bleach"),
    ("knowledge", "import linkify_it", "linkify_it"),
    ("community.projects", "from markdown_it import MarkdownIt", "markdown_it"),
]
"""Package, the content of a new module in it, and the module that it imports."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the output of `lint-imports` for the broken copy."""
    tree = tmp_path_factory.mktemp("tree")
    for package in LINTER["root_packages"]:
        source = next(path for path in (ROOT / package, ROOT / "site" / package) if path.is_dir())
        shutil.copytree(source, tree / package, ignore=NOT_CODE)
    shutil.copy(ROOT / "pyproject.toml", tree)
    for number, (package, source, _imported) in enumerate(FORBIDDEN):
        (tree / package.replace(".", "/") / f"new_{number}.py").write_text(f"{source}\n")
    (tree / "community" / "unlisted").mkdir()
    (tree / "community" / "unlisted" / "__init__.py").touch()
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_every_contract_has_a_violation_in_the_copy(reported: str) -> None:
    names = [contract["name"] for contract in LINTER["contracts"]]
    assert [name for name in names if f"{name} BROKEN" not in reported] == []


def test_every_forbidden_import_is_reported(reported: str) -> None:
    lines = set(re.findall(r"^\s*-?\s*(\S+ -> \S+)", reported, re.MULTILINE))
    wanted = [
        f"{package}.new_{number} -> {imported}" for number, (package, _, imported) in enumerate(FORBIDDEN)
    ]
    assert [line for line in wanted if line not in lines] == []


def test_a_package_without_a_layer_is_reported(reported: str) -> None:
    assert "unlisted" in reported

"""Each import contract is broken once on purpose, in a copy of the tree, to see that it would be noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "subjects", "knowledge", "community", "search", "site")

ANYTHING_BUT_CODE = shutil.ignore_patterns(
    "__pycache__", "static", "*.toml", "*.csv", "*.txt", "*.json", "*.html"
)

BREAKS = [
    ("rooms", "knowledge/new.py", "import search.requests"),
    ("rooms", "core/new.py", "import knowledge.models"),
    ("rooms", "search/new.py", "import config.urls"),
    ("rooms", "site/config/new.py", "import demonstration.apps"),
    ("rooms", "knowledge/new.py", "def later():\n    from community.live import hub"),
    ("subjects", "community/members/new.py", "import community.organisations.models"),
    ("subjects", "community/live/new.py", "import community.discussions.models"),
    ("subjects", "community/newcomers/__init__.py", ""),
    ("site", "site/operations/observability/new.py", "import operations.worker"),
    ("site", "site/config/pages/new.py", "import operations.views"),
    ("elasticsearch", "search/new.py", "import elasticsearch.dsl"),
    ("elasticsearch", "search/database/new.py", "from elasticsearch import Elasticsearch"),
    ("elasticsearch", "site/config/new.py", "import elastic_transport"),
    ("channels", "community/discussions/new.py", "from channels.layers import get_channel_layer"),
    ("channels", "site/config/new.py", "import channels"),
    ("channels", "knowledge/new.py", "import channels.db"),
    ("rich_text", "core/new.py", "import bleach"),
    ("rich_text", "knowledge/new.py", "import linkify_it"),
    ("rich_text", "community/projects/new.py", "from markdown_it import MarkdownIt"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "static", "*.toml"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", *chosen]
    environment = {**os.environ, "PYTHONPATH": f"{tree}:{tree / 'site'}"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    kept = lint(tree, *{contract for contract, _, _ in BREAKS})
    assert kept.returncode == 0, kept.stdout


@pytest.mark.parametrize(("contract", "path", "source"), BREAKS)
def test_a_new_module_that_breaks_the_contract_is_noticed(
    tree: Path, contract: str, path: str, source: str
) -> None:
    (tree / path).parent.mkdir(exist_ok=True)
    (tree / path).write_text(source + "\n")
    broken = lint(tree, contract)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "BROKEN" in broken.stdout

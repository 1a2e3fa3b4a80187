"""The worker reads and writes the rows of django-tasks-db directly, so its code is tied to one version."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.support.database import ROOT


@pytest.mark.parametrize("library", ["django-tasks", "django-tasks-db"])
def test_only_the_reviewed_minor_version_is_installed(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = next(each for each in map(Requirement, project["dependencies"]) if each.name == library)
    major, minor, _patch = version(library).split(".")
    assert version(library) in wanted.specifier
    assert f"{major}.{int(minor) + 1}.0" not in wanted.specifier
    assert f"{major}.{int(minor) - 1}.0" not in wanted.specifier

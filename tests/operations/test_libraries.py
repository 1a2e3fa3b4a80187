"""The worker reads and writes the rows of django-tasks-db itself, by what it read in one version of it."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.support.database import ROOT


@pytest.mark.parametrize("library", ["django-tasks", "django-tasks-db"])
def test_no_other_minor_version_is_installed_unread(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = next(each for each in map(Requirement, project["dependencies"]) if each.name == library)
    major, minor, _patch = version(library).split(".")
    assert version(library) in wanted.specifier
    assert f"{major}.{int(minor) + 1}.0" not in wanted.specifier
    assert f"{major}.{int(minor) - 1}.0" not in wanted.specifier

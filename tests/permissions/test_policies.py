"""Every policy has the same signature and makes no query: it needs only the viewer's tokens and the object."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, get_type_hints

import pytest

from core.audience import Viewer
from core.decisions import Decision
from tests.permissions.test_table import PACKAGES

QUERIES = {"objects", "filter", "exclude", "get", "exists", "first", "count", "all", "annotate"}
"""Attributes that a query would need."""


def policy_modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for _, name, _ in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if name.rpartition(".")[2] == "policies":
                yield importlib.import_module(name)


MODULES = {module.__name__: module for module in policy_modules()}
POLICY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{module.__name__}.{name}": function
    for module in MODULES.values()
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}


@pytest.mark.parametrize("name", POLICY_FUNCTIONS)
def test_a_policy_takes_a_viewer_first_and_returns_a_decision(name: str) -> None:
    function = POLICY_FUNCTIONS[name]
    first, *others = inspect.signature(function).parameters.values()
    hints = get_type_hints(function)
    assert (first.name, hints["viewer"]) == ("viewer", Viewer)
    assert not any(hints[other.name] is Viewer or other.name in ("actor", "member_id") for other in others)
    assert hints["return"] is (bool if name.endswith(".is_moderator") else Decision)


@pytest.mark.parametrize("name", MODULES)
def test_a_policy_makes_no_query(name: str) -> None:
    tree = ast.parse(inspect.getsource(MODULES[name]))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert read & QUERIES == set()


def test_every_package_whose_services_ask_a_policy_is_covered() -> None:
    """Guards against a search that finds no module."""
    packages = {name.split(".")[-2] for name in MODULES}
    assert {"contact", "discussions", "members", "notifications", "organisations", "projects"} <= packages
    assert {"knowledge", "operations"} <= packages

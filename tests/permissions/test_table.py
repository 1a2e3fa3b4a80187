"""docs/permissions.md lists every address and service function of the site, and nothing that does not exist."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from tests.permissions.table import PERSONS, Row, audiences, behind, only_show, surfaces, verbs

PACKAGES = ("community", "config", "core", "knowledge", "operations", "search", "subjects")
NOT_EVERYWHERE = {"metrics", "components", "mail:preview*"}
"""Addresses that exist only with some settings."""
SERVICES = ("services", "merging")
FOR_A_PERSON = {"actor", "member", "member_id", "viewer"}
"""Parameters that pass the acting person to a service function."""


def patterns(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the site with its full name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or pattern.lookup_str}", pattern
        else:
            yield from patterns(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)


def top_package(pattern: URLPattern) -> str:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return inspect.getmodule(inspect.unwrap(view)).__name__.partition(".")[0]


def is_ours(pattern: URLPattern) -> bool:
    return top_package(pattern) in PACKAGES


def asked_of_the_site() -> set[str]:
    """Return the names of all addresses except Wagtail's own in the admin, which one verb of the table covers."""
    admin = {name for name, pattern in patterns() if name.startswith("wagtail")}
    mounted_by_tests = {name for name, pattern in patterns() if top_package(pattern) == "tests"}
    return {name for name, pattern in patterns() if name not in admin or is_ours(pattern)} - mounted_by_tests


def services() -> dict[str, set[str]]:
    """Return `package.function` of all service functions → the names of its parameters."""
    return {
        f"{module.split('.')[-2]}.{name}": set(inspect.signature(function).parameters)
        for room in PACKAGES
        for _, module, _ in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
        if module.rpartition(".")[2] in SERVICES
        for name, function in vars(importlib.import_module(module)).items()
        if inspect.isfunction(function) and function.__module__ == module and not name.startswith("_")
    }


def is_named(name: str, names: set[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in names)


def addresses() -> set[str]:
    return {address for row in verbs().values() for address in row.addresses}


def test_every_address_belongs_to_a_verb_or_is_read_only() -> None:
    named = addresses() | only_show()
    assert {name for name in asked_of_the_site() if not is_named(name, named)} == set(), (
        "not in docs/permissions.md"
    )


def test_no_address_belongs_to_a_verb_and_is_read_only() -> None:
    assert {
        name for name in asked_of_the_site() if is_named(name, addresses()) and is_named(name, only_show())
    } == set()


def test_a_read_only_address_does_not_use_posted_data() -> None:
    for name, pattern in patterns():
        if is_named(name, only_show()) and is_ours(pattern) and inspect.isroutine(pattern.callback):
            view = inspect.unwrap(pattern.callback)
            source = inspect.getsource(view if inspect.isroutine(view) else type(view))
            assert not any(word in source for word in ("request.POST", '"POST"', "services.")), name


def test_every_address_of_the_document_exists() -> None:
    there = {name for name, _ in patterns()}
    said = (addresses() | only_show()) - NOT_EVERYWHERE
    gone = {name for name in said if not any(fnmatchcase(one, name) for one in there)}
    assert gone == set(), "in docs/permissions.md, and gone from the site"


def test_every_service_function_with_an_acting_person_is_in_the_document() -> None:
    named = {name.partition(":")[0] for name in verbs()}
    for_persons = {name for name, parameters in services().items() if FOR_A_PERSON & parameters}
    assert for_persons - named - behind() == set(), "not in docs/permissions.md"
    assert behind() & named == set()


def test_every_service_function_of_the_document_exists() -> None:
    """Verbs without a package (`accounts`, `admin`) are checked only by their addresses."""
    named = {name.partition(":")[0] for name in verbs()} | behind()
    gone = {name for name in named - services().keys() if not name.startswith(("accounts.", "admin."))}
    assert gone == set(), "in docs/permissions.md, and gone from the services"


@pytest.mark.parametrize("row", [*verbs().values(), *audiences().values()], ids=lambda row: row.name)
def test_every_cell_is_filled_and_every_row_has_a_description(row: Row) -> None:
    assert tuple(row.cells) == PERSONS
    assert row.words


def test_the_surfaces_of_the_document_are_those_that_the_tests_cover() -> None:
    assert surfaces() == ["page", "fragment", "api", "search", "socket", "file", "feed"]

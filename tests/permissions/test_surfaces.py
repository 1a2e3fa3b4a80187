"""Each of the nine persons sees on every surface exactly what the table of audiences allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from pytest_django import Settings

from search.backends import backends
from search.indexing import rebuild
from tests.permissions.table import PERSONS, YES, audiences
from tests.permissions.things import SURFACES, Reader, Things, is_met, things_for
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

TABLE = audiences()


@pytest.fixture(autouse=True)
def _uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def things(world: World) -> dict[str, Things]:
    return {audience: things_for(world, audience) for audience in TABLE}


def faults(surface: str, world: World, things: dict[str, Things]) -> Iterator[str]:
    for who in PERSONS:
        reader = Reader(world.browser(who))
        for audience, row in TABLE.items():
            for way, shown in SURFACES[surface](reader, things[audience]).items():
                if shown != is_met(surface, row, who):
                    said = "leaked to" if shown else "is hidden from"
                    yield f"{audience} {said} {who} by {surface} ({way})"


@pytest.mark.parametrize("surface", [surface for surface in SURFACES if surface != "search"])
def test_each_person_sees_exactly_the_visible_things(
    surface: str, world: World, things: dict[str, Things]
) -> None:
    assert list(faults(surface, world, things)) == []


@pytest.mark.parametrize("backend", configured.SEARCH_BACKENDS)
def test_each_person_finds_exactly_the_visible_things(
    backend: str, world: World, things: dict[str, Things], settings: Settings
) -> None:
    settings.SEARCH_BACKENDS = [backend]
    rebuild(backends()[0])
    assert list(faults("search", world, things)) == []


def test_a_leak_would_be_reported(world: World, things: dict[str, Things]) -> None:
    shown = TABLE["organisation"].cells
    TABLE["organisation"].cells["council"] = YES
    try:
        assert "organisation is hidden from council by file (the file)" in faults("file", world, things)
    finally:
        TABLE["organisation"].cells.update(shown | {"council": "–"})

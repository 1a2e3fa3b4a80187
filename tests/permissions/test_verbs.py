"""Each cell of the table of verbs, tested with requests: a permitted verb is done, a refused one changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import Settings

from tests.permissions.actions import ACTIONS, Action, Ask, Of
from tests.permissions.table import NO, OWN, PERSONS, YES, Row, verbs
from tests.permissions.world import World, undone

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

TABLE = verbs()


@pytest.fixture(autouse=True)
def _uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def built(module_db: None) -> World:
    return World()


@pytest.fixture
def world(built: World) -> World:
    return deepcopy(built)


@pytest.mark.parametrize("verb", TABLE)
def test_the_site_does_what_the_cells_of_a_verb_say(verb: str, world: World) -> None:
    assert list(faults_of(TABLE[verb], ACTIONS[verb], world)) == []


def faults_of(row: Row, action: Action, world: World) -> Iterator[str]:
    """Yield one sentence for each way in which the site differs from a cell."""
    if action.of is not Of.SOMEBODY:
        with undone():
            word = OWN if action.of is Of.ONESELF else YES
            yield from asked(row, action.prepare(world), action, world, PERSONS, {word})
        return
    with undone():
        yield from asked(row, action.prepare(world, world.colleague), action, world, PERSONS, {YES})
    for who, member in world.people.items():
        if member and row.cells[who] != YES:
            with undone():
                yield from asked(row, action.prepare(world, member), action, world, [who], {OWN})


def asked(
    row: Row, asks: list[Ask], action: Action, world: World, persons: Iterable[str], lets: set[str]
) -> Iterator[str]:
    for who in persons:
        for ask in asks:
            done, status = is_done(action, world, who, ask)
            if done != (row.cells[who] in lets):
                verdict = "was done by" if done else "was refused to"
                yield f"{row.name} {verdict} {who}, against “{row.cells[who]}” ({status} at {ask.url})"


def is_done(action: Action, world: World, who: str, ask: Ask) -> tuple[bool, int]:
    """Return whether the verb was done, and the status of the answer. Roll the change back."""
    cache.clear()  # Limits also count requests that were rolled back.
    with undone():
        before = action.trace and action.trace()
        browser = world.browser(who)
        response = browser.get(ask.url) if ask.data is None else browser.post(ask.url, ask.data)
        done = action.trace() != before if action.trace else response.status_code == 200
    return bool(done), response.status_code


def test_every_verb_has_an_action_and_every_action_a_verb() -> None:
    assert set(ACTIONS) == set(TABLE)


@pytest.mark.parametrize("cell", [YES, NO])
def test_a_wrong_cell_would_be_reported(cell: str, world: World) -> None:
    row = TABLE["discussions.edit_post"]
    wrong = Row(row.name, row.words, row.addresses, {**row.cells, "council": cell})
    (fault,) = faults_of(wrong, ACTIONS[row.name], world)
    assert fault.startswith(f"discussions.edit_post was {'refused to' if cell == YES else 'done by'} council")

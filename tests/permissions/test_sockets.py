"""Permission for a thread's socket is the same as for its page."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from tests.permissions.table import PERSONS, YES, audiences
from tests.permissions.things import Things, things_for
from tests.permissions.world import World
from tests.support.sockets import socket_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

TABLE = audiences()


def everything() -> tuple[World, dict[str, Things]]:
    world = World()
    return world, {audience: things_for(world, audience) for audience in TABLE}


async def test_each_person_can_subscribe_only_to_visible_threads() -> None:
    world, things = await sync_to_async(everything)()
    faults = []
    for who in PERSONS:
        for audience, row in TABLE.items():
            socket = await socket_to(things[audience].thread.pk, world.people[who])
            accepted = await socket.open()
            if accepted != (row.cells[who] == YES):
                faults.append(f"{audience} {'leaked to' if accepted else 'is hidden from'} {who} by socket")
            await socket.close()
    assert faults == []

"""How the rest of the house tells followers something: from any thread, after commit.

Nothing here raises and nothing waits long: what a dead channel layer loses, readers catch up from the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from functools import cache
from threading import Thread
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from community.live.events import Event
from community.live.groups import HUBS, NOBODY, topic_group
from community.live.hub import PATIENCE, hub_loop

logger = logging.getLogger(__name__)


def publish(kind: str, pk: int, event: Event) -> None:
    publish_each(kind, {pk: event})


def publish_each(kind: str, told: Mapping[int, Event]) -> None:
    """To each topic (by id) an event of its own, within the wait of one."""
    groups = {topic_group(kind, pk): event for pk, event in told.items()}
    _send(
        *(
            (group, {"type": "event", "group": group, "frame": event.to_wire()})
            for group, event in groups.items()
        )
    )


def audience_changed(kind: str, pk: int) -> None:
    """Close the topic's sockets; those who still may come back by themselves."""
    group = topic_group(kind, pk)
    _send((group, {"type": "audience", "group": group}))


def member_changed(member_id: int) -> None:
    """Close all the member's sockets, in every process; the door decides anew."""
    _send((HUBS, {"type": "rights", "member": member_id}))


def _send(*messages: tuple[str, dict[str, Any]]) -> None:
    """Each to its group."""
    layer = get_channel_layer()
    loop = hub_loop()
    if loop is None:
        if isinstance(layer, InMemoryChannelLayer):
            return
        loop = _own_loop()

    async def send() -> None:
        for group, message in messages:
            await layer.group_send(group, message)
            # Hubs on this loop take what they were sent before there is too much of it.
            await asyncio.sleep(0)

    sending = asyncio.run_coroutine_threadsafe(asyncio.wait_for(send(), PATIENCE), loop)
    if loop is asyncio._get_running_loop():
        return
    try:
        sending.result(PATIENCE)
    except Exception as error:  # noqa: BLE001 (whatever the layer raises, the deed itself is done)
        logger.warning("Not told live: %r", error)


def ask_layer() -> None:
    """Tell nobody nothing. Raises what the channel layer raises when it is dead."""
    layer = get_channel_layer()
    if not isinstance(layer, InMemoryChannelLayer):
        asking = asyncio.wait_for(layer.group_send(NOBODY, {"type": "nothing"}), PATIENCE)
        asyncio.run_coroutine_threadsafe(asking, hub_loop() or _own_loop()).result(PATIENCE)


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    """A loop in a thread, for processes that serve no sockets; it keeps one connection to the layer."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="live", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_own_loop.cache_clear)

"""One hub a process stands between the channel layer and the process's sockets.

It joins the layer once for each topic followed here, and hands every event, encoded once, to the followers' queues.
All of it runs on one event loop; other threads go through `community.live.publish`.
"""

from __future__ import annotations

import asyncio
import logging
from enum import IntEnum
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from prometheus_client import Counter

from community.live.groups import HUBS

CLOSED = Counter("samverka_live_closed", "Sockets told to close", ["reason"])

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 64
PATIENCE = 2.0
"""Seconds the channel layer is given for one deed."""
RENEWAL = 3600
"""Seconds between renewals: the layer forgets members of a group after a day."""


Frame = dict[str, str]
"""What a socket sends, as ASGI has it; one for all followers."""


class Close(IntEnum):
    """Why a socket is closed. After each the browser connects again, and the door decides anew."""

    LAYER_LOST = 1013
    RIGHTS_CHANGED = 4001
    TOO_SLOW = 4002


class Follower:
    """One socket's place in the hub. `member_id` is None for the anonymous, UNADMITTED until the door has decided."""

    UNADMITTED = -1

    def __init__(self) -> None:
        self.member_id: int | None = self.UNADMITTED
        self.queue: asyncio.Queue[Frame | Close] = asyncio.Queue(QUEUE_LENGTH)

    def offer(self, frame: Frame) -> bool:
        """False when the socket is too slow; then it is told to close and must be offered nothing more."""
        if self.queue.full():
            self.end(Close.TOO_SLOW)
            return False
        self.queue.put_nowait(frame)
        return True

    def end(self, code: Close) -> None:
        CLOSED.labels(code.name.lower()).inc()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(code)


class LayerLost(Exception):
    """The channel layer went away in the middle of a deed."""


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._layer = get_channel_layer()
        self._lock = asyncio.Lock()
        self._channel = ""
        self._listening: asyncio.Task[None] | None = None
        self._topics: dict[str, set[Follower]] = {}

    async def join(self, group: str, follower: Follower) -> None:
        """From its return on, the follower misses nothing. Raises what the layer raises when it is dead."""
        async with self._lock:
            if self._listening is None:
                await self._open()
            if group not in self._topics:
                await self._add(group)
                if self._listening is None:
                    # Lost while we were joining: nobody would hear what that channel is sent.
                    raise LayerLost
                self._topics[group] = set()
            self._topics[group].add(follower)

    async def leave(self, group: str, follower: Follower) -> None:
        async with self._lock:
            followers = self._topics.get(group, {follower})
            followers.discard(follower)
            if not followers and self._topics.pop(group, None) is not None:
                try:
                    await asyncio.wait_for(self._layer.group_discard(group, self._channel), PATIENCE)
                except Exception as error:  # noqa: BLE001 (a dead layer forgets us by itself)
                    logger.warning("Could not leave the channel layer: %r", error)

    async def _open(self) -> None:
        if isinstance(self._layer, InMemoryChannelLayer):
            # Whoever listened in this process before us did so on a loop that is gone.
            await self._layer.flush()
        self._channel = await self._layer.new_channel()
        await self._add(HUBS)
        self._listening = self.loop.create_task(self._listen())

    async def _add(self, group: str) -> None:
        await asyncio.wait_for(self._layer.group_add(group, self._channel), PATIENCE)

    async def _listen(self) -> None:
        """Until the layer is lost. Then nobody knows what was missed, so every socket has to begin anew."""
        try:
            async with asyncio.TaskGroup() as work:
                work.create_task(self._receive())
                work.create_task(self._renew())
        except* Exception as errors:  # noqa: BLE001 (whatever the layer raises)
            logger.warning("The channel layer is lost: %r", errors.exceptions[0])
        finally:
            self._listening = None
            for group in self._topics:
                self._end(group, Close.LAYER_LOST)
            self._topics.clear()

    async def _receive(self) -> None:
        while True:
            self._take(await self._layer.receive(self._channel))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL)
            for group in (HUBS, *self._topics):
                await self._add(group)

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "event", "group": group, "frame": frame}:
                followers = self._topics.get(group, set())
                sent: Frame = {"type": "websocket.send", "text": frame}
                followers -= {one for one in followers if not one.offer(sent)}
            case {"type": "audience", "group": group}:
                self._end(group, Close.RIGHTS_CHANGED)
            case {"type": "rights", "member": member_id}:
                for group in self._topics:
                    self._end(group, Close.RIGHTS_CHANGED, of={member_id, Follower.UNADMITTED})

    def _end(self, group: str, code: Close, *, of: set[int | None] | None = None) -> None:
        """Close the topic's sockets, or only those of some members."""
        followers = self._topics.get(group, set())
        ended = {one for one in followers if of is None or one.member_id in of}
        for follower in ended:
            follower.end(code)
        followers -= ended


_hub: Hub | None = None


def hub_here() -> Hub:
    """The process's hub; on a new event loop a new one."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub


def hub_loop() -> asyncio.AbstractEventLoop | None:
    """The loop the process's hub runs on, for other threads; None while nobody follows anything here."""
    return _hub.loop if _hub and _hub.loop.is_running() else None

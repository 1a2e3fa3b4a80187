"""One hub a process stands between the line and the process's sockets.

It hears all that is said and hands what concerns a topic followed here, encoded once, to the followers' queues. All of
it runs on one event loop; other threads go through `community.live.publish`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from enum import IntEnum

from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.client import PubSub

from community.live import line

CLOSED = Counter("samverka_live_closed", "Sockets told to close", ["reason"])

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 64

Frame = dict[str, str]
"""What a socket sends, as ASGI has it; one for all followers."""


class Close(IntEnum):
    """Why a socket is closed. After each the browser connects again, and the door decides anew."""

    LINE_LOST = 1013
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


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._opening = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None
        self._topics: dict[str, set[Follower]] = {}

    async def join(self, group: str, follower: Follower) -> None:
        """From its return on, the follower misses nothing. Raises within seconds when the line is dead."""
        if settings.REDIS_URL:
            async with asyncio.timeout(2 * line.PATIENCE), self._opening:
                if self._listening is None:
                    self._listening = self.loop.create_task(self._listen(await line.listen()))
        self._topics.setdefault(group, set()).add(follower)

    def leave(self, group: str, follower: Follower) -> None:
        followers = self._topics.get(group, {follower})
        followers.discard(follower)
        if not followers:
            self._topics.pop(group, None)

    async def _listen(self, ours: PubSub) -> None:
        """Until the line is lost. Then nobody knows what was missed, so every socket has to begin anew."""
        try:
            async for messages in line.heard(ours):
                await self.hear(messages)
        except Exception as error:  # noqa: BLE001 (whatever Redis' client raises)
            logger.warning("The line is lost: %r", error)
        finally:
            self._listening = None
            for group in self._topics:
                self._end(group, Close.LINE_LOST)
            self._topics.clear()
            await line.hang_up(ours)

    async def hear(self, messages: Sequence[line.Message]) -> None:
        for message in messages:
            self._take(message)
            # Sockets pass on what they have before there is too much of it.
            await asyncio.sleep(0)

    def _take(self, message: line.Message) -> None:
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


def tell_hub_here(messages: Sequence[line.Message]) -> None:
    """Without a line between, in a site of one process; from any thread but the hub's own."""
    if _hub and _hub.loop.is_running():
        asyncio.run_coroutine_threadsafe(_hub.hear(messages), _hub.loop).result(line.PATIENCE)

"""One hub a process stands between the line and the process's sockets.

It hears all that is said and writes what concerns a topic followed here, encoded once, to the followers' sockets. All
of it runs on one event loop; other threads go through `community.live.publish`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import suppress
from enum import IntEnum
from types import coroutine
from typing import Any

from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.client import PubSub

from community.live import line

CLOSED = Counter("samverka_live_closed", "Sockets told to close", ["reason"])

logger = logging.getLogger(__name__)

WAITING = 64
"""How many frames may wait for a socket."""

Frame = dict[str, Any]
"""What a socket sends, as ASGI has it; one for all followers."""

Send = Callable[[Frame], Coroutine[Any, Any, None]]


class Close(IntEnum):
    """Why a socket is closed. After each the browser connects again, and the door decides anew."""

    LINE_LOST = 1013
    RIGHTS_CHANGED = 4001
    TOO_SLOW = 4002


class Follower:
    """One socket's place in the hub. What it is told waits until it has begun, and while its socket is busy.
    `member_id` is None for the anonymous, UNADMITTED until the door has decided."""

    UNADMITTED = -1

    def __init__(self) -> None:
        self.member_id: int | None = self.UNADMITTED
        self._waiting: deque[Frame] = deque()
        self._send: Send | None = None
        self._busy: asyncio.Task[None] | None = None

    async def begin(self, send: Send) -> None:
        """Write what waits; from then on frames are written as they come."""
        while self._waiting:
            await send(self._waiting.popleft())
        self._send = send

    def offer(self, frame: Frame) -> bool:
        """False when the socket is gone, or too slow and told to close; it must be offered nothing more."""
        if self._send:
            return self._write(self._send, frame)
        if len(self._waiting) == WAITING:
            self.end(Close.TOO_SLOW)
            return False
        self._waiting.append(frame)
        return True

    def end(self, code: Close) -> None:
        CLOSED.labels(code.name.lower()).inc()
        self._waiting.clear()
        self.offer({"type": "websocket.close", "code": int(code)})

    def stop(self) -> None:
        if self._busy:
            self._busy.cancel()

    def _write(self, send: Send, frame: Frame) -> bool:
        """At once, for a task a frame would cost as much as the writing; only what has to wait gets one."""
        writing = send(frame)
        try:
            awaited = writing.send(None)
        except StopIteration:
            return True
        except Exception as error:  # noqa: BLE001 (whatever the server raises, it is not the others' fault)
            logger.debug("A socket is gone: %r", error)
            return False
        self._send = None
        self._busy = asyncio.create_task(self._finish(writing, awaited, send))
        return True

    async def _finish(self, writing: Coroutine[Any, Any, None], awaited: object, send: Send) -> None:
        # What ASGI servers raise when the browser has gone meanwhile.
        with suppress(OSError):
            await _rest(writing, awaited)
            await self.begin(send)


@coroutine
def _rest(begun: Coroutine[Any, Any, None], awaited: object) -> Generator[Any, Any, None]:
    """Of a coroutine that was run by hand as far as it went: it waits for `awaited`. (Python 3.12 has eager tasks.)"""
    try:
        yield awaited
    except BaseException:
        begun.close()
        raise
    yield from begun.__await__()


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
        followers = self._topics.get(group, set())
        followers.discard(follower)
        if not followers:
            self._topics.pop(group, None)

    async def _listen(self, ours: PubSub) -> None:
        """Until the line is lost. Then nobody knows what was missed, so every socket has to begin anew."""
        try:
            async for messages in line.heard(ours):
                self.hear(messages)
                # Sockets get rid of what they were given before there is more.
                await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001 (whatever Redis' client raises)
            logger.warning("The line is lost: %r", error)
        finally:
            self._listening = None
            for group in self._topics:
                self._end(group, Close.LINE_LOST)
            self._topics.clear()
            await line.hang_up(ours)

    def hear(self, messages: Sequence[line.Message]) -> None:
        for message in messages:
            self._take(message)

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
    """Without a line between, in a site of one process; from any thread."""
    if _hub and _hub.loop.is_running():
        _hub.loop.call_soon_threadsafe(_hub.hear, messages)

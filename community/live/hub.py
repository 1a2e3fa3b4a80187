"""The hub: one for each process, between the Redis subscription and the process's sockets.

How it works. `join` registers a socket's `Subscriber` under its topics. One task receives messages from other
processes; `_dispatch` puts the encoded frame of an event into the queue of each subscriber of its topic. Each
subscriber has a bounded queue and a task that writes it to the socket. A slow socket therefore delays no other: when
its queue is full, the hub closes it. A second task reads the current version of each topic from the database every
`HEARTBEAT` seconds and sends it to the topic's subscribers, so a browser notices that it missed an event.

Events are not stored. A browser that missed one, or whose socket was closed, fetches the changes after its version
over HTTP.

Everything here runs on one event loop. Other threads use `community.live.publish`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Sequence
from enum import IntEnum
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.client import PubSub

from community.live import pubsub
from community.live.events import Ready
from community.live.pubsub import Message
from community.live.topics import current_versions

CLOSED = Counter("samverka_live_closed", "Sockets closed by the server", ["reason"])

logger = logging.getLogger(__name__)

QUEUE_SIZE = 64
"""The most frames that may wait for one socket."""
HEARTBEAT = 10.0
"""Seconds between two frames with a topic's current version. A browser that receives nothing for
2.5 times as long reconnects (`static/js/socket.js`)."""

Frame = dict[str, Any]
"""An ASGI message to a socket. All subscribers of a topic share the same object."""

Write = Callable[[Frame], Coroutine[Any, Any, None]]


class Close(IntEnum):
    """Why a socket is closed. The browser reconnects after each of them, and permission is checked again."""

    CONNECTION_LOST = 1013
    RIGHTS_CHANGED = 4001
    TOO_SLOW = 4002


class Subscriber:
    """One socket in the hub: a bounded queue, and after `start` a task that writes it to the socket.

    `member_id` is None for anonymous readers and UNAUTHORIZED until permission was checked.
    """

    UNAUTHORIZED = -1

    def __init__(self) -> None:
        self.member_id: int | None = self.UNAUTHORIZED
        self.topics: set[str] = set()
        self.is_closed = False
        self._queue: deque[tuple[str, Frame]] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, write: Write, first: Sequence[Frame] = ()) -> None:
        """Write `first`, then what is queued, then each frame as it arrives."""
        self._queue.extendleft(("", frame) for frame in reversed(first))
        self._task = asyncio.create_task(self._write_queue(write))

    def send(self, topic: str, frame: Frame) -> bool:
        """Queue a frame. Returns False when the socket is gone or was closed; then it must be removed from the hub."""
        if self.is_closed:
            return False
        if len(self._queue) >= QUEUE_SIZE:
            self.close(Close.TOO_SLOW)
            return False
        self._queue.append((topic, frame))
        self._wake()
        return True

    def forget(self, topic: str) -> None:
        """Drop the topic, and its frames that are still queued."""
        self.topics.discard(topic)
        self._queue = deque(item for item in self._queue if item[0] != topic)

    def close(self, code: Close) -> None:
        """Drop the queued frames and close the socket."""
        if self.is_closed:
            return
        CLOSED.labels(code.name.lower()).inc()
        self.is_closed = True
        self._queue.clear()
        self._queue.append(("", {"type": "websocket.close", "code": int(code)}))
        self._wake()

    def stop(self) -> None:
        """End the task, after the browser has disconnected."""
        self.is_closed = True
        if self._task:
            self._task.cancel()

    def _wake(self) -> None:
        if self._idle and not self._idle.done():
            self._idle.set_result(None)

    async def _write_queue(self, write: Write) -> None:
        # `_idle` is a future while the queue is empty; `_wake` resolves it. A plain future costs less than
        # asyncio.Queue, whose get() and put() each take more than one step (bench/live_fanout.md).
        loop = asyncio.get_running_loop()
        try:
            while True:
                while self._queue:
                    await write(self._queue.popleft()[1])
                if self.is_closed:
                    return
                self._idle = loop.create_future()
                await self._idle
        except Exception as error:  # noqa: BLE001 (whatever the server raises when the browser has gone)
            logger.debug("A socket is gone: %r", error)
        finally:
            self.is_closed = True


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._subscribing = asyncio.Lock()
        self._receiving: asyncio.Task[None] | None = None
        self._heartbeats: asyncio.Task[None] | None = None
        self._local: asyncio.Queue[Sequence[Message]] = asyncio.Queue()
        self._topics: dict[str, set[Subscriber]] = {}

    async def join(self, subscriber: Subscriber, topics: Iterable[str]) -> None:
        """Register the subscriber: it receives every later message. Raises within seconds when Redis is down."""
        async with asyncio.timeout(2 * pubsub.TIMEOUT), self._subscribing:
            if self._receiving is None:
                connection = await pubsub.subscribe() if settings.REDIS_URL else None
                self._receiving = self.loop.create_task(self._receive(connection))
        if self._heartbeats is None:
            self._heartbeats = self.loop.create_task(self._send_heartbeats())
        for topic in topics:
            self._topics.setdefault(topic, set()).add(subscriber)
            subscriber.topics.add(topic)

    def leave(self, subscriber: Subscriber, topics: Iterable[str] | None = None) -> None:
        """Remove the subscriber from these topics, or from all. Frames of these topics in its queue are dropped."""
        for topic in [*(subscriber.topics if topics is None else topics)]:
            subscriber.forget(topic)
            if subscribers := self._topics.get(topic):
                subscribers.discard(subscriber)
                if not subscribers:
                    del self._topics[topic]

    def receive(self, messages: Sequence[Message]) -> None:
        """Take messages of this process, in a site of one process without Redis. May be called in any thread."""
        self.loop.call_soon_threadsafe(self._local.put_nowait, messages)

    async def _receive(self, connection: PubSub | None) -> None:
        """Dispatch messages until the connection is lost. Then messages may be missing, so every socket is closed."""
        try:
            async for messages in pubsub.messages(connection) if connection else self._local_messages():
                for message in messages:
                    self._dispatch(message)
                # Yield, so that the subscribers' tasks empty their queues before the next messages are queued.
                await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001 (whatever Redis' client raises)
            logger.warning("The connection to Redis is lost: %r", error)
        finally:
            self._receiving = None
            for topic in [*self._topics]:
                self._close(topic, Close.CONNECTION_LOST)
            if connection:
                await pubsub.close(connection)

    async def _local_messages(self) -> AsyncIterator[Sequence[Message]]:
        while True:
            yield await self._local.get()

    def _dispatch(self, message: Message) -> None:
        match message:
            case {"type": "event", "topic": topic, "frame": text}:
                self._send(topic, text)
            case {"type": "audience", "topic": topic}:
                self._close(topic, Close.RIGHTS_CHANGED)
            case {"type": "rights", "member": member_id}:
                for topic in [*self._topics]:
                    self._close(topic, Close.RIGHTS_CHANGED, of={member_id, Subscriber.UNAUTHORIZED})

    def _send(self, topic: str, text: str) -> None:
        frame: Frame = {"type": "websocket.send", "text": text}
        for subscriber in [*self._topics.get(topic, ())]:
            if not subscriber.send(topic, frame):
                self.leave(subscriber)

    def _close(self, topic: str, code: Close, *, of: Collection[int | None] | None = None) -> None:
        """Close the topic's sockets, or only those of some members. They are removed from all their topics."""
        for subscriber in [*self._topics.get(topic, ())]:
            if of is None or subscriber.member_id in of:
                subscriber.close(code)
                self.leave(subscriber)

    async def _send_heartbeats(self) -> None:
        """Send each topic's current version from the database, which knows what was lost between processes.

        A topic that no longer exists is closed: its last message may have been lost too.
        """
        while True:
            await asyncio.sleep(HEARTBEAT)
            topics = [*self._topics]
            try:
                versions = await read_versions(topics)
            except Exception as error:  # noqa: BLE001 (the browsers reconnect when they receive nothing)
                logger.warning("No heartbeat was sent: %r", error)
                continue
            for topic in topics:
                if topic in versions:
                    self._send(topic, Ready(version=versions[topic]).to_wire(topic))
                else:
                    self._close(topic, Close.RIGHTS_CHANGED)
                # Yield, so that a round of heartbeats does not delay events.
                await asyncio.sleep(0)


read_versions = database_sync_to_async(current_versions, thread_sensitive=False)

_hub: Hub | None = None


def current_hub() -> Hub:
    """Return the process's hub. A new event loop gets a new hub."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub


def dispatch_here(messages: Sequence[Message]) -> None:
    """Dispatch messages without Redis, in a site of one process. May be called in any thread."""
    if _hub and _hub.loop.is_running():
        _hub.receive(messages)

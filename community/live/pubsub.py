"""Publish/subscribe between processes: one Redis channel that every hub subscribes to.

Redis keeps nothing for a disconnected subscriber, so a broken connection means that messages may be missing. It is
never repaired silently: `messages` raises, and the hub closes its sockets.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from redis import ConnectionError as Unreachable
from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 2.0
"""Seconds that Redis has to accept a connection, and again to answer a command."""
HEARTBEAT = 5.0
"""Seconds without a message until Redis gets a ping, and again until it must have answered."""

Message = dict[str, Any]


class ConnectionLost(Exception):
    """Messages may have been missed."""


def channel() -> str:
    """Return the channel's name. It contains the database number, because Redis channels are shared by databases."""
    return f"live.{_client(settings.REDIS_URL).get_connection_kwargs().get('db') or 0}"


def publish(messages: Sequence[Message]) -> None:
    """Send the messages to all hubs, from any thread. Raises `redis.RedisError` when Redis does not answer."""
    _client(settings.REDIS_URL).publish(channel(), json.dumps(messages, separators=(",", ":")))


@cache
def _client(url: str) -> Redis:
    """Return the process's client. It reconnects once when a pooled connection broke while it was idle."""
    return Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 1, supported_errors=(Unreachable,)),
    )


async def subscribe() -> PubSub:
    """Return a subscription that receives everything published from now on. Raises when Redis does not answer."""
    client = aioredis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=TIMEOUT,
        # The client's own timeout can swallow a cancellation while it writes (Python 3.11).
        socket_timeout=None,
        retry=AsyncRetry(NoBackoff(), 0),
    )
    pubsub = client.pubsub()
    try:
        async with asyncio.timeout(TIMEOUT):
            await pubsub.subscribe(channel())
            await pubsub.get_message(timeout=None)
    except BaseException:
        await close(pubsub)
        raise
    return pubsub


async def messages(pubsub: PubSub) -> AsyncIterator[list[Message]]:
    """Yield what is published, a list for each call of `publish`. Raises as soon as the connection is lost."""
    while True:
        async with asyncio.timeout(2 * HEARTBEAT):
            message = await pubsub.get_message(timeout=HEARTBEAT)
            if message is None:
                await pubsub.ping()
                message = await pubsub.get_message(timeout=None)
        match message:
            case {"type": "message", "data": data}:
                yield json.loads(data)
            case {"type": "subscribe"}:
                # The client reconnected automatically: messages published meanwhile are lost.
                raise ConnectionLost


async def close(pubsub: PubSub) -> None:
    await pubsub.connection_pool.disconnect()

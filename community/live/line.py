"""The line from whoever tells something to the hub of each process: one channel of Redis that all hubs hear.

It keeps nothing and promises nothing: what is said while a hub is not on the line, that hub never hears. So a line
that breaks is never mended in silence; it ends, and whoever heard it has to begin anew.
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

PATIENCE = 2.0
"""Seconds Redis is given to let us in, and again to answer."""
PULSE = 5.0
"""Seconds of silence until Redis is asked whether it is still there, and again until it has to have answered."""

Message = dict[str, Any]


class LineLost(Exception):
    """Messages may have been missed."""


def channel() -> str:
    """Redis' channels know no databases, so the number of ours is in the name."""
    return f"live.{_speaker(settings.REDIS_URL).get_connection_kwargs().get('db') or 0}"


def say(messages: Sequence[Message]) -> None:
    """To all hubs, from any thread. Raises what Redis' client raises when nobody is at home."""
    _speaker(settings.REDIS_URL).publish(channel(), json.dumps(messages, separators=(",", ":")))


@cache
def _speaker(url: str) -> Redis:
    """A connection of the pool that broke since it was last used is made anew once."""
    return Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1, supported_errors=(Unreachable,)),
    )


async def listen() -> PubSub:
    """On its return everything said from then on will be heard. Raises when Redis does not answer in time."""
    client = aioredis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE,
        # With a time-out of the client's own, what it writes can swallow a cancellation on Python 3.11.
        socket_timeout=None,
        retry=AsyncRetry(NoBackoff(), 0),
    )
    line = client.pubsub()
    try:
        async with asyncio.timeout(PATIENCE):
            await line.subscribe(channel())
            await line.get_message(timeout=None)
    except BaseException:
        await hang_up(line)
        raise
    return line


async def heard(line: PubSub) -> AsyncIterator[list[Message]]:
    """What is said, until the line breaks, which always raises."""
    while True:
        async with asyncio.timeout(2 * PULSE):
            message = await line.get_message(timeout=PULSE)
            if message is None:
                await line.ping()
                message = await line.get_message(timeout=None)
        match message:
            case {"type": "message", "data": data}:
                yield json.loads(data)
            case {"type": "subscribe"}:
                # The client has connected anew by itself, and nobody knows what was said meanwhile.
                raise LineLost


async def hang_up(line: PubSub) -> None:
    await line.connection_pool.disconnect()

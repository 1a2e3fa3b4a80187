"""Publishes live events, from any thread, after commit.

Nothing here raises, and nothing waits longer than a few seconds. Browsers read from the database what is lost while
Redis is down.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings

from community.live import pubsub
from community.live.events import Event
from community.live.hub import dispatch_here
from community.live.topics import topic_name

logger = logging.getLogger(__name__)


def publish(kind: str, pk: int, event: Event) -> None:
    publish_each(kind, {pk: event})


def publish_each(kind: str, events: Mapping[int, Event]) -> None:
    """Publish an event for each topic ({id: event}) with one command to Redis."""
    topics = {topic_name(kind, pk): event for pk, event in events.items()}
    _publish(
        *({"type": "event", "topic": name, "frame": event.to_wire(name)} for name, event in topics.items())
    )


def audience_changed(kind: str, pk: int) -> None:
    """Close the topic's sockets. Browsers reconnect, and permission is checked again."""
    _publish({"type": "audience", "topic": topic_name(kind, pk)})


def member_changed(member_id: int) -> None:
    """Close all sockets of the member, in every process. Browsers reconnect, and permission is checked again."""
    _publish({"type": "rights", "member": member_id})


def _publish(*messages: pubsub.Message) -> None:
    try:
        if settings.REDIS_URL:
            pubsub.publish(messages)
        else:
            dispatch_here(messages)
    except Exception as error:  # noqa: BLE001 (the change itself is committed)
        logger.warning("Not published: %r", error)


def check_connection() -> None:
    """Publish an empty message. Raises `redis.RedisError` when Redis is down."""
    if settings.REDIS_URL:
        pubsub.publish([])

"""How the rest of the house tells followers something: from any thread, after commit.

Nothing here raises and nothing waits long: what a dead line loses, readers catch up from the database.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings

from community.live import line
from community.live.events import Event
from community.live.hub import tell_hub_here
from community.live.topics import topic_group

logger = logging.getLogger(__name__)


def publish(kind: str, pk: int, event: Event) -> None:
    publish_each(kind, {pk: event})


def publish_each(kind: str, told: Mapping[int, Event]) -> None:
    """To each topic (by id) an event of its own, within the wait of one."""
    _send(
        *(
            {"type": "event", "group": topic_group(kind, pk), "frame": event.to_wire()}
            for pk, event in told.items()
        )
    )


def audience_changed(kind: str, pk: int) -> None:
    """Close the topic's sockets; those who still may come back by themselves."""
    _send({"type": "audience", "group": topic_group(kind, pk)})


def member_changed(member_id: int) -> None:
    """Close all the member's sockets, in every process; the door decides anew."""
    _send({"type": "rights", "member": member_id})


def _send(*messages: line.Message) -> None:
    try:
        if settings.REDIS_URL:
            line.say(messages)
        else:
            tell_hub_here(messages)
    except Exception as error:  # noqa: BLE001 (whatever was in the way, the deed itself is done)
        logger.warning("Not told live: %r", error)


def ask_line() -> None:
    """Tell nobody nothing. Raises what Redis' client raises when nobody is at home."""
    if settings.REDIS_URL:
        line.say([])

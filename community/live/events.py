"""The catalogue of live events and their wire form.

An event is the same for every reader: cleaned HTML and data, never a language, never a reader's own rights. The
browser adds what depends on the reader: words, local time, buttons.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Event:
    """`version` is the topic's counter after the change. A reader who misses a number has missed a change."""

    version: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_wire(self, topic: str) -> str:
        """Return the text of the frame. The topic is added because one socket carries several."""
        return json.dumps({"topic": topic, **self.to_dict()}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Ready(Event):
    """The topic's current version. It is the first event of a topic, and repeated as a heartbeat (`hub.HEARTBEAT`)."""

    type: Literal["ready"] = "ready"


@dataclass(frozen=True, kw_only=True)
class Refused(Event):
    """The reader may not subscribe to this topic, or it does not exist. Other topics of the socket are not affected."""

    version: int = 0
    type: Literal["refused"] = "refused"


@dataclass(frozen=True, kw_only=True)
class PostPayload(Event):
    """A post. `html` is clean; `author` and `organisation` may be empty; times are ISO 8601 with zone."""

    number: int
    html: str
    author_id: int | None
    author: str
    organisation: str
    published_at: str


@dataclass(frozen=True, kw_only=True)
class PostPublished(PostPayload):
    type: Literal["post_published"] = "post_published"


@dataclass(frozen=True, kw_only=True)
class PostChanged(PostPayload):
    type: Literal["post_changed"] = "post_changed"


@dataclass(frozen=True, kw_only=True)
class PostRemoved(Event):
    """The post was removed. Its number is kept."""

    number: int
    type: Literal["post_removed"] = "post_removed"


@dataclass(frozen=True, kw_only=True)
class ThreadLocked(Event):
    type: Literal["thread_locked"] = "thread_locked"


@dataclass(frozen=True, kw_only=True)
class ThreadUnlocked(Event):
    type: Literal["thread_unlocked"] = "thread_unlocked"


@dataclass(frozen=True, kw_only=True)
class NoticesChanged(Event):
    """How many notices the member has not seen."""

    unseen: int
    type: Literal["notices_changed"] = "notices_changed"

"""The catalogue of what is told live, and its wire form.

An event is the same for every reader: cleaned HTML and data, never a language, never a reader's own rights. What
depends on the reader (words, local time, buttons) the browser adds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Event:
    """`version` is the topic's counter after the change; a reader who misses a number has missed a change."""

    version: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_wire(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Ready(Event):
    """The first a socket is sent: from here on it misses nothing. `version` is the topic's as of now."""

    type: Literal["ready"] = "ready"


@dataclass(frozen=True, kw_only=True)
class Letter(Event):
    """A post as it stands. `html` is clean; `author` and `organisation` may be empty; times are ISO 8601 with zone."""

    number: int
    html: str
    author_id: int | None
    author: str
    organisation: str
    published_at: str


@dataclass(frozen=True, kw_only=True)
class PostPublished(Letter):
    type: Literal["post_published"] = "post_published"


@dataclass(frozen=True, kw_only=True)
class PostChanged(Letter):
    type: Literal["post_changed"] = "post_changed"


@dataclass(frozen=True, kw_only=True)
class PostRemoved(Event):
    """Its number stays, as a tombstone."""

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
    """Of a member's bell: how many notices they have not seen."""

    unseen: int
    type: Literal["notices_changed"] = "notices_changed"

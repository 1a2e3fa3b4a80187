"""FACTS of this package. `version` is the thread's after the change."""

from __future__ import annotations

from dataclasses import dataclass

from core.signals import Fact


@dataclass(frozen=True)
class PostPublished:
    thread_id: int
    post_id: int
    version: int


@dataclass(frozen=True)
class PostChanged:
    thread_id: int
    post_id: int
    version: int


@dataclass(frozen=True)
class PostRemoved:
    thread_id: int
    post_id: int
    version: int


@dataclass(frozen=True)
class ThreadLocked:
    thread_id: int
    version: int


@dataclass(frozen=True)
class ThreadUnlocked:
    thread_id: int
    version: int


post_published = Fact()
post_changed = Fact()
post_removed = Fact()
thread_locked = Fact()
thread_unlocked = Fact()

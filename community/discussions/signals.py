"""FACTS this room announces. Version is the thread's after the change."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


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


@dataclass(frozen=True)
class ThreadAudienceChanged:
    """Who may see it changed, or it is gone."""

    thread_id: int


post_published = Signal()
post_changed = Signal()
post_removed = Signal()
thread_locked = Signal()
thread_unlocked = Signal()
thread_audience_changed = Signal()

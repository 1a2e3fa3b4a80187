"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.discussions.models import Post, Thread
from core import topics
from core.row_changes import Change, on_change


def topic_of(thread: Thread) -> str:
    return topics.conversation(thread.subject_id)


def topics_of_thread(thread: Thread, change: Change) -> Iterable[str]:
    """A page shows a new thread, which is empty, as it shows none."""
    return () if change.is_new else (topic_of(thread),)


on_change(Thread, topics_of_thread)
on_change(Post, lambda post, change: (topic_of(post.thread),))

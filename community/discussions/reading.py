"""Selects the posts of a thread that a page shows: some posts, the last posts, and links to the gaps between."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from community.discussions.models import Post, Thread
from community.discussions.policies import can_lock, can_post, is_moderator
from community.members.models import Member
from core.audience import Viewer
from core.decisions import Decision

HEAD_POSTS = 5
TAIL_POSTS = 50
MAX_SPAN = 100
"""The most posts shown at once beside the tail."""


@dataclass(frozen=True)
class Gap:
    """Posts `first` to `last` are not on the page. `?posts={shows}#post-{goes_to}` is the link to a part of them."""

    first: int
    last: int
    shows: str
    goes_to: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Reading:
    """A thread as one viewer reads it. All posts from number `tail` on are shown."""

    thread: Thread
    viewer: Viewer
    items: list[Post | Gap]
    tail: int

    @property
    def may_post(self) -> Decision:
        return can_post(self.viewer, self.thread)

    @property
    def may_lock(self) -> Decision:
        return can_lock(self.viewer, self.thread)

    @property
    def blank(self) -> Post:
        """Return an empty post of the viewer. The browser uses it as a template for new posts."""
        author = None if self.viewer.is_anonymous else Member(pk=self.viewer.member_id)
        return Post(thread=self.thread, number=0, author=author, created_at=timezone.now())

    @property
    def is_moderator(self) -> bool:
        return is_moderator(self.viewer)


def read_thread(thread: Thread, viewer: Viewer, *, asked: str = "") -> Reading:
    """Read two parts of the thread in one query: the span `asked` for, and the last fifty posts.

    `asked` is such as “51-100”. Any other text selects the first five posts.
    """
    first, last = _span(asked) or (1, HEAD_POSTS)
    tail = max(1, thread.post_count - TAIL_POSTS + 1)
    if last + HEAD_POSTS >= tail:
        # The two parts overlap, or nearly: show them as one.
        first = tail = min(first, tail)
        last = tail - 1
    shown = thread.posts.for_reading().numbered(first, last, and_after=tail - 1) if thread.post_count else ()
    posts = list(shown)
    for post in posts:
        post.thread = thread
    items: list[Post | Gap] = [
        *_gap(1, first - 1, from_end=True),
        *(post for post in posts if post.number < tail),
        *_gap(last + 1, tail - 1),
        *(post for post in posts if post.number >= tail),
    ]
    return Reading(thread=thread, viewer=viewer, items=items, tail=tail)


def _gap(first: int, last: int, *, from_end: bool = False) -> list[Gap]:
    if first > last:
        return []
    start, stop = (
        (max(first, last - MAX_SPAN + 1), last) if from_end else (first, min(last, first + MAX_SPAN - 1))
    )
    return [Gap(first=first, last=last, shows=f"{start}-{stop}", goes_to=stop if from_end else start)]


def _span(asked: str) -> tuple[int, int] | None:
    """“51-100” → (51, 100), at most `MAX_SPAN` long; None for anything else."""
    first, _, last = asked.partition("-")
    if not (first.isdecimal() and last.isdecimal() and len(asked) < 20):
        return None
    start, stop = max(1, int(first)), int(last)
    return (start, min(stop, start + MAX_SPAN - 1)) if start <= stop else None

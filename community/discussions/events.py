"""Posts as live events: what a socket sends and what catching up returns are the same."""

from __future__ import annotations

from community.discussions.models import Post
from community.live.events import Event, PostChanged, PostPublished, PostRemoved


def event_of(post: Post, *, version: int | None = None) -> Event:
    """Return the event of a post's present state (`post` is from `for_reading`).

    `version` is that of the change, which may be older than the post's. A reader who gets the newest state twice loses
    nothing.
    """
    version = version or post.version
    if post.removed_at:
        return PostRemoved(version=version, number=post.number)
    return (PostChanged if post.edited_at else PostPublished)(
        version=version,
        number=post.number,
        html=post.rendered["text"],
        author_id=post.author_id,
        author=post.author.get_full_name() if post.author else "",
        organisation=post.organisation or "",
        published_at=post.created_at.isoformat(),
    )

"""Rules of threads. They are pure: the facts that a rule needs are in the viewer, the thread and the post."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.discussions.models import Post, Thread
from community.discussions.refusals import PostGone, ThreadLocked
from core.audience import MODERATORS, STAFF, Viewer, may_see
from core.decisions import ALLOWED, Decision, refused

HIDDEN = refused(_("You may not see this conversation."))
SIGN_IN = refused(_("Sign in to write here."))
NOT_YOURS = refused(_("Only the person who wrote a post can change it."))
NOT_YOURS_TO_REMOVE = refused(_("Only the person who wrote a post, or a moderator, can remove it."))
MODERATORS_ONLY = refused(_("Only moderators may close or open a conversation."))
LOCKED = refused(ThreadLocked.sentence)
GONE = refused(PostGone.sentence)


KEEPS_ORDER = frozenset({MODERATORS, STAFF})
"""A holder of one of these tokens may remove others' posts and close conversations, where they may see them."""


def can_read(viewer: Viewer, thread: Thread) -> Decision:
    return ALLOWED if may_see(viewer, thread.audience) else HIDDEN


def can_write(viewer: Viewer, thread: Thread) -> Decision:
    """Write in the conversation while it is open: every member who sees it may."""
    if not may_see(viewer, thread.audience):
        return HIDDEN
    return SIGN_IN if viewer.is_anonymous else ALLOWED


def can_post(viewer: Viewer, thread: Thread) -> Decision:
    decision = can_write(viewer, thread)
    return LOCKED if decision and thread.locked_at else decision


def is_own(viewer: Viewer, post: Post) -> Decision:
    """Whether the viewer wrote the post, and may still write in its thread while that is open."""
    decision = can_write(viewer, post.thread)
    return NOT_YOURS if decision and not viewer.is_member(post.author_id) else decision


def can_edit_own(viewer: Viewer, post: Post) -> Decision:
    decision = can_post(viewer, post.thread) and is_own(viewer, post)
    return GONE if decision and post.removed_at else decision


def is_author_or_moderator(viewer: Viewer, post: Post) -> Decision:
    """Whether the viewer wrote the post or is a moderator. It does not check whether the post is removed."""
    if not may_see(viewer, post.thread.audience):
        return HIDDEN
    if viewer.is_anonymous or not (viewer.is_member(post.author_id) or is_moderator(viewer)):
        return NOT_YOURS_TO_REMOVE
    return ALLOWED


def can_remove(viewer: Viewer, post: Post) -> Decision:
    """Remove a post, also in a closed thread."""
    decision = is_author_or_moderator(viewer, post)
    return GONE if decision and post.removed_at else decision


def is_moderator(viewer: Viewer) -> bool:
    return viewer.has(*KEEPS_ORDER)


def can_lock(viewer: Viewer, thread: Thread) -> Decision:
    if not may_see(viewer, thread.audience):
        return HIDDEN
    return ALLOWED if is_moderator(viewer) else MODERATORS_ONLY

"""Writing in threads. Every change takes the thread's row lock and its next version, so versions follow commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from community.audit.actions import log_action
from community.discussions import audit, policies, refusals
from community.discussions.models import Post, Thread
from community.discussions.signals import (
    PostChanged,
    PostPublished,
    PostRemoved,
    ThreadLocked,
    ThreadUnlocked,
    post_changed,
    post_published,
    post_removed,
    thread_locked,
    thread_unlocked,
)
from community.members.models import Member
from core.audience import viewer_for
from core.signals import send_on_commit
from knowledge.models import RenderedText
from knowledge.rendering import forget_html, keep_html
from subjects.models import HasSubject, Subject
from subjects.types import subject_type

REPEAT_WINDOW = timedelta(minutes=1)


@transaction.atomic
def open_threads(*, subjects: Iterable[Subject]) -> None:
    """Create the missing threads of subjects whose kind has threads. One statement for all; may be called twice."""
    discussed = [subject.pk for subject in subjects if subject_type(subject.kind).has_thread]
    # By id: an inserted thread without an id must not stay as an attribute of the subject.
    Thread.objects.bulk_create([Thread(subject_id=pk) for pk in discussed], ignore_conflicts=True)


def thread_of(instance: HasSubject) -> Thread:
    """Return the thread of an object whose kind has threads. One query, or none when subject and thread are loaded."""
    return instance.subject.thread


@transaction.atomic
def post_message(*, actor: Member, thread: Thread, text: str) -> Post:
    """Add a post. Returns the existing post when the actor sends the same text twice within a minute.

    Raises `NotAllowed`, `refusals.ThreadLocked`, or ValidationError when the text is too long.
    """
    html = _render(text)
    current = _locked(thread.pk)
    policies.can_write(viewer_for(actor), current).require()
    if current.locked_at:
        raise refusals.ThreadLocked
    now = timezone.now()
    recent = current.posts.filter(number__gt=current.post_count - 10, created_at__gt=now - REPEAT_WINDOW)
    if repeated := recent.filter(author=actor, text=text, removed_at=None).last():
        return repeated
    current.post_count += 1
    current.last_post_at = now
    _save_next_version(current, "post_count", "last_post_at")
    post = Post.objects.create(
        thread=current,
        number=current.post_count,
        version=current.version,
        author=actor,
        text=text,
        html=html,
    )
    send_on_commit(post_published, PostPublished(current.pk, post.pk, post.version))
    return post


@transaction.atomic
def edit_post(*, post: Post, actor: Member, text: str) -> Post:
    """Replace the text of a post.

    Raises `NotAllowed`, `refusals.ThreadLocked`, `refusals.PostGone` when it was removed meanwhile, or ValidationError
    when the text is too long.
    """
    html = _render(text)
    thread = _locked(post.thread_id)
    post = thread.posts.get(pk=post.pk)
    policies.is_own(viewer_for(actor), post).require()
    if thread.locked_at:
        raise refusals.ThreadLocked
    if post.removed_at:
        raise refusals.PostGone
    if post.text == text:
        return post
    _save_next_version(thread)
    forget_html(post.text)
    post.text, post.html = text, html
    post.version, post.edited_at = thread.version, timezone.now()
    post.save(update_fields=["text", "html", "version", "edited_at"])
    send_on_commit(post_changed, PostChanged(thread.pk, post.pk, post.version))
    return post


@transaction.atomic
def remove_post(*, post: Post, actor: Member, why: str = "") -> Post:
    """Erase the text of a post and keep its number as a tombstone.

    The audit log gets an entry with the reason when the actor is not the author. Idempotent. Raises `NotAllowed`.
    """
    thread = _locked(post.thread_id)
    post = thread.posts.get(pk=post.pk)
    policies.is_author_or_moderator(viewer_for(actor), post).require()
    if post.removed_at:
        return post
    _save_next_version(thread)
    forget_html(post.text)
    post.text = post.html = ""
    post.version, post.removed_at = thread.version, timezone.now()
    post.save(update_fields=["text", "html", "version", "removed_at"])
    send_on_commit(post_removed, PostRemoved(thread.pk, post.pk, post.version))
    if actor.pk != post.author_id:
        log_action(actor=actor, action=audit.POST_REMOVED, subject=post, why=why, thread=thread.pk)
    return post


@transaction.atomic
def lock_thread(*, thread: Thread, actor: Member) -> Thread:
    """Close the thread for new posts and edits. Idempotent. Raises `NotAllowed`."""
    current = _locked(thread.pk)
    policies.can_lock(viewer_for(actor), current).require()
    if not current.locked_at:
        current.locked_at = timezone.now()
        _save_next_version(current, "locked_at")
        send_on_commit(thread_locked, ThreadLocked(current.pk, current.version))
        log_action(actor=actor, action=audit.THREAD_LOCKED, subject=current)
    return current


@transaction.atomic
def unlock_thread(*, thread: Thread, actor: Member) -> Thread:
    """Open the thread again. Idempotent. Raises `NotAllowed`."""
    current = _locked(thread.pk)
    policies.can_lock(viewer_for(actor), current).require()
    if current.locked_at:
        current.locked_at = None
        _save_next_version(current, "locked_at")
        send_on_commit(thread_unlocked, ThreadUnlocked(current.pk, current.version))
        log_action(actor=actor, action=audit.THREAD_UNLOCKED, subject=current)
    return current


def _render(text: str) -> str:
    """Return the HTML of the text and store it. Call this before the row lock, to keep the lock short."""
    keep_html([Post._meta.get_field("text").clean(text, None)])
    return RenderedText.objects.html_of([text])[text]


def _locked(thread_id: int) -> Thread:
    """Read the thread again, with its row locked until the transaction ends."""
    return Thread.objects.select_for_update(of=("self",)).select_related("subject").get(pk=thread_id)


def _save_next_version(thread: Thread, *fields: str) -> None:
    """Save the fields with the thread's next version. The caller holds the lock of `_locked`."""
    thread.version += 1
    thread.save(update_fields=["version", *fields])

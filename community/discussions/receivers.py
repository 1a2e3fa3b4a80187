"""Turns facts of this package into live events."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from community.discussions import signals
from community.discussions.events import event_of
from community.discussions.models import Post, Thread
from community.discussions.services import open_threads
from community.live import events
from community.live.publish import audience_changed, publish
from knowledge.rendering import forget_html_of
from subjects.models import Subject
from subjects.signals import AudiencesChanged, audiences_changed, subjects_created

TOPIC = "thread"


@receiver(subjects_created)
def subject_is_discussed(sender: type, subjects: list[Subject], **kwargs: Any) -> None:
    open_threads(subjects=subjects)


@receiver(post_delete, sender=Post)
def erase_html(sender: type, instance: Post, **kwargs: Any) -> None:
    forget_html_of(instance)


@receiver([signals.post_published, signals.post_changed, signals.post_removed])
def publish_post(
    sender: type, fact: signals.PostPublished | signals.PostChanged | signals.PostRemoved, **kwargs: Any
) -> None:
    post = Post.objects.for_reading().get(pk=fact.post_id)
    publish(TOPIC, fact.thread_id, event_of(post, version=fact.version))


@receiver(signals.thread_locked)
def publish_lock(sender: type, fact: signals.ThreadLocked, **kwargs: Any) -> None:
    publish(TOPIC, fact.thread_id, events.ThreadLocked(version=fact.version))


@receiver(signals.thread_unlocked)
def publish_unlock(sender: type, fact: signals.ThreadUnlocked, **kwargs: Any) -> None:
    publish(TOPIC, fact.thread_id, events.ThreadUnlocked(version=fact.version))


@receiver(audiences_changed)
def close_sockets(sender: type, fact: AudiencesChanged, **kwargs: Any) -> None:
    for pk in Thread.objects.of_subjects(fact.subject_ids).values_list("pk", flat=True):
        audience_changed(TOPIC, pk)


@receiver(pre_delete, sender=Thread)
def close_sockets_of_deleted(sender: type, instance: Thread, **kwargs: Any) -> None:
    transaction.on_commit(partial(audience_changed, TOPIC, instance.pk), robust=True)

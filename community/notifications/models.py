from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.notifications.querysets import InboxQuerySet, NoticeQuerySet
from subjects.models import Subject


class Event(models.Model):
    """Something that happened to a subject. One row, whatever the number of notices. `key` identifies it: `post:17`."""

    kind = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="notice_events")
    key = models.CharField(max_length=100)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    happened_at = models.DateTimeField(db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "kind", "key"], name="notice_event_once")]
        indexes = [models.Index(fields=["subject", "kind", "id"], name="notice_events_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notice(models.Model):
    """One row for a member, a subject and a kind. It covers the events after `since_event` up to `last_event`, in one
    sentence. The first event after it was seen starts it again.

    Unseen: `last_event > seen_event`. Events up to `mailed_event` were sent by mail.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="notices")
    since_event = models.PositiveBigIntegerField()
    last_event = models.PositiveBigIntegerField()
    seen_event = models.PositiveBigIntegerField(default=0)
    mailed_event = models.PositiveBigIntegerField(default=0)
    on_site = models.BooleanField(default=True)
    told_at = models.DateTimeField(db_index=True)

    # Annotated by `with_events`.
    count: int
    first: int
    newest: int

    wagtail_reference_index_ignore = True
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["member", "kind", "subject"], name="notice_once")]
        indexes = [
            models.Index(fields=["member", "-told_at", "-id"], name="notice_newest"),
            models.Index(
                fields=["member"], name="notice_unseen", condition=Q(last_event__gt=F("seen_event"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Frequency(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("once a week")


MONDAY = 0


class Inbox(models.Model):
    """How a member wants to be notified.

    Hours are in the site's time zone. Kinds that the member wants no mail of are subscriptions in `community.mail`.
    `version` counts every change of the bell.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="inbox"
    )
    version = models.PositiveBigIntegerField(default=0)
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.DAILY)
    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(default=MONDAY)
    quiet_from = models.PositiveSmallIntegerField(null=True, default=19)
    quiet_until = models.PositiveSmallIntegerField(null=True, default=7)
    digest_due = models.DateTimeField(null=True, help_text="When what waits is mailed; empty: nothing waits.")
    feed_token = models.UUIDField(unique=True, null=True)

    wagtail_reference_index_ignore = True
    objects = InboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["digest_due"], name="notice_digest_due", condition=Q(digest_due__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Choice(models.Model):
    """A member's choice for one kind, where it differs from the default. No mail at all is a subscription in
    `community.mail`."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=40)
    on_site = models.BooleanField(default=True)
    at_once = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return self.kind


class Mute(models.Model):
    """A subject that the member has silenced."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_mutes")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="notice_mutes")
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "subject"], name="notice_mute_once")]

    def __str__(self) -> str:
        return str(self.subject_id)

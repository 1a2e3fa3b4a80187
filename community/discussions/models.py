from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.discussions.querysets import PostQuerySet, ThreadQuerySet
from core.text_fields import MarkdownField
from knowledge.models import ShowsMarkdown
from subjects.models import Subject

LONGEST_POST = 10_000


class Thread(models.Model):
    """The conversation about one subject. Everyone who may see the subject may see it.

    `version` is the thread's only counter: every change (post, edit, removal, lock) takes the next one under row lock.
    """

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="thread")
    version = models.PositiveBigIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)
    last_post_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")

    def __str__(self) -> str:
        return f"thread of {self.subject}"

    def get_absolute_url(self) -> str:
        """The thread's own page. Readers usually see the thread on its subject's page."""
        return reverse("discussions:thread", args=[self.pk])

    @property
    def audience(self) -> frozenset[str]:
        return self.subject.audience


class Post(ShowsMarkdown, models.Model):
    """A post in a thread. Its number never changes; a removed post stays as a tombstone."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    number = models.PositiveIntegerField()
    version = models.PositiveBigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="posts"
    )
    text = MarkdownField(_("text"), max_length=LONGEST_POST)
    # Read by the previous release while an upgrade runs. The next release deletes it.
    html = models.TextField(editable=False, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    # Annotated by `for_reading`.
    organisation: str | None

    wagtail_reference_index_ignore = True
    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="post_number_once")]
        indexes = [models.Index(fields=["thread", "version"], name="post_changes")]

    def __str__(self) -> str:
        return f"{self.thread} #{self.number}"

    def get_absolute_url(self) -> str:
        return self.thread.get_absolute_url()

"""Messages between the author of a use case and the editors before it is published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from wagtail.models import TaskState

from core.text_fields import BoundedTextField

ANSWER_LENGTH = 2000


class ReviewAnswer(models.Model):
    """The author's answer when the editors have sent a use case back. The reviewer's reason is Wagtail's own
    `TaskState.comment`."""

    review = models.ForeignKey(TaskState, on_delete=models.CASCADE, related_name="answers")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = BoundedTextField(max_length=ANSWER_LENGTH)
    sent_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.sent_at:%Y-%m-%d}"

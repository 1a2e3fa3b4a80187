from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from community.discussions.forms import PostForm
from community.discussions.models import Post
from community.discussions.policies import can_edit_own, can_read, can_remove
from community.discussions.reading import Reading, read
from community.discussions.subjects import Subject, thread_of
from community.members.signals import show

register = template.Library()


@register.inclusion_tag("discussions/thread.html", name="thread", takes_context=True)
def show_thread(context: Context, subject: Subject) -> dict[str, Any]:
    """The subject's conversation, live, with its composer; nothing for who may not see it."""
    request = context["request"]
    thread = thread_of(subject)
    if not can_read(request.viewer, thread):
        return {}
    show(request.viewer, thread.subject_kind, thread.subject_id)
    reading = read(thread, request.viewer, asked=request.GET.get("posts", ""))
    return {"request": request, "reading": reading, "form": PostForm(), "next": request.path}


@register.filter
def may_edit(reading: Reading, post: Post) -> bool:
    return bool(can_edit_own(reading.viewer, post))


@register.filter
def may_remove(reading: Reading, post: Post) -> bool:
    return bool(can_remove(reading.viewer, post))

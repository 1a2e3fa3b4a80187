from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from community.discussions.forms import PostForm
from community.discussions.models import Post, Thread
from community.discussions.policies import can_edit_own, can_read, can_remove
from community.discussions.reading import Reading, read_thread
from core import topics
from subjects.models import HasSubject

register = template.Library()


@register.inclusion_tag("discussions/thread.html", name="thread", takes_context=True)
def show_thread(context: Context, subject: HasSubject) -> dict[str, Any]:
    """The subject's conversation, live, with its composer. Empty for a viewer who may not see it."""
    request = context["request"]
    thread = _thread(context, subject)
    if thread is None:
        return {}
    reading = read_thread(thread, request.viewer, asked=request.GET.get("posts", ""))
    return {"request": request, "reading": reading, "form": PostForm(), "next": request.path}


@register.inclusion_tag("discussions/thread_link.html", takes_context=True)
def thread_link(context: Context, subject: HasSubject) -> dict[str, Any]:
    """A link to the conversation further down, with the number of posts."""
    return {"thread": _thread(context, subject)}


def _thread(context: Context, subject: HasSubject) -> Thread | None:
    """Return the subject's thread, read once per request; None when it does not exist or the viewer may not see it."""
    request = context["request"]
    threads = request.__dict__.setdefault("threads", {})
    key = subject.subject_id
    topics.uses(topics.conversation(key))
    if key not in threads:
        threads[key] = getattr(subject.subject, "thread", None)
    return threads[key] if threads[key] and can_read(request.viewer, threads[key]) else None


@register.filter
def may_edit(reading: Reading, post: Post) -> bool:
    return bool(can_edit_own(reading.viewer, post))


@register.filter
def may_remove(reading: Reading, post: Post) -> bool:
    return bool(can_remove(reading.viewer, post))

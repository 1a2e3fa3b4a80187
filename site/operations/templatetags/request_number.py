from __future__ import annotations

from django import template

from operations.observability import logs

register = template.Library()


@register.simple_tag
def request_number() -> str:
    """The id under which the log tells of the request being answered. Needs no context, so that a page for faults
    can show it."""
    return logs.request_id.get()

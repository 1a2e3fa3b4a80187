from __future__ import annotations

from django import template

from operations.observability import logs

register = template.Library()


@register.simple_tag
def request_number() -> str:
    """Return the id of the current request, as in the log. Needs no context, so that error pages can show it."""
    return logs.request_id.get()

from __future__ import annotations

from typing import Any

from django import template

from community.notifications.bell import bell_of
from foundation.audience import Viewer

register = template.Library()


@register.inclusion_tag("notifications/bell.html")
def bell(viewer: Viewer) -> dict[str, Any]:
    """The way to a member's notices, with how many are unseen. One query."""
    return {"bell": bell_of(viewer), "member_id": viewer.member_id}

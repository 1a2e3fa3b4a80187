from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from community.notifications.bell import bell_of
from community.notifications.models import Notice
from core.audience import Viewer

register = template.Library()


@register.filter
def day_in_words(moment: datetime) -> str:
    """“Today”, “Yesterday”, or the date, in the site's time zone."""
    day, today = timezone.localdate(moment), timezone.localdate()
    near = {today: gettext("Today"), today - timedelta(days=1): gettext("Yesterday")}
    return near.get(day) or date_format(day, "j F Y")


@register.inclusion_tag("notifications/bell.html")
def bell(viewer: Viewer) -> dict[str, Any]:
    """The link to a member's notices, with the number of unseen ones. One query."""
    return {"bell": bell_of(viewer), "member_id": viewer.member_id}


@register.inclusion_tag("notifications/mark_read.html")
def mark_read(viewer: Viewer, subject_id: int) -> dict[str, Any]:
    """The form by which `bell.js` marks notices of the page's subject as read, once the page is visible. One query."""
    if viewer.is_anonymous:
        return {}
    about = Notice.objects.filter(member=viewer.member_id, subject=subject_id)
    return {"subject_id": subject_id, "is_unread": about.unseen().exists()}

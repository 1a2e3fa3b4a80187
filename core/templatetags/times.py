from __future__ import annotations

from datetime import datetime

from django import template

from core import times

register = template.Library()
register.simple_tag(times.wordings, name="wordings")


@register.filter
def moment(value: datetime | None) -> str:
    """“i dag 14.32”, “3 nov. kl. 14.32”. A value that is not a datetime is shown unchanged."""
    return times.moment_in_words(value) if isinstance(value, datetime) else str(value or "")


@register.filter
def clock(value: datetime) -> str:
    """“14.32”; in a sentence after “kl.”."""
    return times.clock(value)

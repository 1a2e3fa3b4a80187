"""When mail is sent: a member's hour and quiet hours, in the site's time zone, also on days of 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from community.notifications.models import Frequency, Inbox

WEEK = 7


def at(day: date, hour: int) -> datetime:
    """Return that hour of that day. At a clock change, a skipped hour moves to its end, and a repeated hour is the
    first of the two."""
    moment = datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())
    return moment.astimezone(UTC)


def next_digest(inbox: Inbox, now: datetime) -> datetime:
    """The first time after `now` at which the member gets a digest."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    days = (today + timedelta(days=ahead) for ahead in range(WEEK + 1))
    weekly = inbox.frequency == Frequency.WEEKLY
    moments = (at(day, inbox.hour) for day in days if not weekly or day.weekday() == inbox.weekday)
    return next(moment for moment in moments if moment > now)


def end_of_quiet(inbox: Inbox, now: datetime) -> datetime | None:
    """Return the end of the quiet hours that contain `now`; None outside quiet hours."""
    begins, ends = inbox.quiet_from, inbox.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    today = timezone.localdate(now, timezone.get_default_timezone())
    for day in (today - timedelta(days=1), today):
        end = at(day if begins < ends else day + timedelta(days=1), ends)
        if at(day, begins) <= now < end:
            return end
    return None

"""At which hours mail is sent, also on the days when clocks change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from community.notifications.hours import end_of_quiet, next_digest
from community.notifications.models import Inbox

HERE = ZoneInfo("Europe/Stockholm")


def at(text: str) -> datetime:
    """Local time: “2026-03-29 07:00”."""
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("inbox", "now", "due"),
    [
        (Inbox(hour=7), "2026-11-23 06:59", "2026-11-23 07:00"),
        (Inbox(hour=7), "2026-11-23 07:00", "2026-11-24 07:00"),
        (Inbox(hour=0), "2026-11-23 23:59", "2026-11-24 00:00"),
        (Inbox(hour=23), "2026-12-31 23:30", "2027-01-01 23:00"),
        (Inbox(frequency="weekly", weekday=0, hour=7), "2026-11-23 06:00", "2026-11-23 07:00"),
        (Inbox(frequency="weekly", weekday=0, hour=7), "2026-11-23 08:00", "2026-11-30 07:00"),
        (Inbox(frequency="weekly", weekday=4, hour=16), "2026-11-23 08:00", "2026-11-27 16:00"),
        # Summer time begins: the same hour on the clock, 23 hours later.
        (Inbox(hour=7), "2026-03-28 07:00", "2026-03-29 07:00"),
        # Summer time ends: 25 hours later.
        (Inbox(hour=7), "2026-10-24 07:00", "2026-10-25 07:00"),
    ],
)
def test_a_digest_is_due_at_the_hour_the_member_chose(inbox: Inbox, now: str, due: str) -> None:
    assert next_digest(inbox, at(now)) == at(due)


def test_one_digest_is_due_also_when_a_clock_change_skips_or_repeats_the_hour() -> None:
    for day, hour in (("2026-03-29", 2), ("2026-10-25", 2)):
        inbox, moments = Inbox(hour=hour), []
        moment = at(f"{day} 00:00")
        while moment.astimezone(HERE).date().isoformat() <= day:
            moment = next_digest(inbox, moment)
            moments.append(moment.astimezone(HERE).date().isoformat())
        assert moments.count(day) == 1


@pytest.mark.parametrize(
    ("inbox", "now", "until"),
    [
        (Inbox(quiet_from=19, quiet_until=7), "2026-11-23 18:59", None),
        (Inbox(quiet_from=19, quiet_until=7), "2026-11-23 19:00", "2026-11-24 07:00"),
        (Inbox(quiet_from=19, quiet_until=7), "2026-11-24 03:00", "2026-11-24 07:00"),
        (Inbox(quiet_from=19, quiet_until=7), "2026-11-24 07:00", None),
        (Inbox(quiet_from=12, quiet_until=13), "2026-11-24 12:30", "2026-11-24 13:00"),
        (Inbox(quiet_from=12, quiet_until=13), "2026-11-24 13:30", None),
        (Inbox(quiet_from=8, quiet_until=8), "2026-11-24 08:00", None),
        (Inbox(quiet_from=None, quiet_until=None), "2026-11-24 03:00", None),
        # The nights when clocks change.
        (Inbox(quiet_from=19, quiet_until=7), "2026-03-28 23:00", "2026-03-29 07:00"),
        (Inbox(quiet_from=19, quiet_until=7), "2026-10-24 23:00", "2026-10-25 07:00"),
    ],
)
def test_quiet_hours_end_at_the_local_hour(inbox: Inbox, now: str, until: str | None) -> None:
    assert end_of_quiet(inbox, at(now)) == (at(until) if until else None)

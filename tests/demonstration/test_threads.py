"""The dates of the demonstration's posts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from demonstration.entries import entries
from demonstration.load.discussions import working_times


@pytest.mark.parametrize("day", range(7))
def test_posts_are_in_order_in_working_hours_and_before_today(day: int) -> None:
    now = datetime(2026, 11, 2 + day, 6, 0, tzinfo=UTC)
    for thread in entries("thread"):
        days_ago = [post["days_ago"] for post in thread["posts"]]
        times = [timezone.localtime(one) for one in working_times(days_ago, now)]
        assert times == sorted(set(times)), thread["subject"]
        assert all(one.weekday() < 5 and 8 <= one.hour < 17 for one in times), thread["subject"]
        assert times[-1].date() < timezone.localdate(now), thread["subject"]
        assert len({one.minute for one in times}) > 1, thread["subject"]

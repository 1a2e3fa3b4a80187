from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone

from community.discussions.models import Post, Thread
from community.discussions.services import post_message, thread_of
from demonstration.entries import entries
from demonstration.load.knowledge import work_by_key
from demonstration.load.members import by_email
from demonstration.load.projects import by_key as projects_by_key

OPENS, HOURS = time(8), 9


def load_threads(now: datetime) -> int:
    """Fill the threads where nothing is said yet; how many posts that were."""
    people = by_email()
    subjects = {f"project:{key}": project for key, project in projects_by_key().items()} | work_by_key()
    added = 0
    for entry in entries("thread"):
        thread = thread_of(subjects[entry["subject"]])
        if thread.post_count:
            continue
        times = working_times([said["days_ago"] for said in entry["posts"]], now)
        for said, written in zip(entry["posts"], times, strict=True):
            post = post_message(thread=thread, actor=people[said["author"]], text=said["text"].strip())
            Post.objects.filter(pk=post.pk).update(created_at=written)
            Thread.objects.filter(pk=thread.pk).update(last_post_at=written)
            added += 1
    return added


def working_times(days_ago: Sequence[int], now: datetime) -> list[datetime]:
    """When posts were written that stand in this order, in working hours before today. The posts of one day are
    spread over it, at irregular minutes, which are the same at each load."""
    days = [working_day(timezone.localdate(now) - timedelta(days=max(ago, 1))) for ago in days_ago]
    times = []
    for day, posts in groupby(days):
        count = len(list(posts))
        slot = timedelta(hours=HOURS) / count
        start = datetime.combine(day, OPENS, timezone.get_default_timezone())
        for n in range(count):
            part = (day.toordinal() * 37 + n * 61) % 97 / 97
            times.append((start + slot * (n + part)).replace(second=0, microsecond=0))
    return times


def working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))

from __future__ import annotations

from datetime import datetime, timedelta

from community.discussions.models import Post, Thread
from community.discussions.services import post_message
from community.discussions.subjects import thread_of
from demonstration.entries import entries
from demonstration.load.knowledge import work_by_key
from demonstration.load.members import by_email
from demonstration.load.projects import by_key as projects_by_key

BETWEEN_POSTS = timedelta(minutes=47)


def load_threads(now: datetime) -> int:
    """Fill the threads where nothing is said yet; how many posts that were."""
    people = by_email()
    subjects = {f"project:{key}": project for key, project in projects_by_key().items()} | work_by_key()
    added = 0
    for entry in entries("thread"):
        thread = thread_of(subjects[entry["subject"]])
        if thread.post_count:
            continue
        last = len(entry["posts"])
        for number, said in enumerate(entry["posts"], start=1):
            post = post_message(thread=thread, author=people[said["author"]], text=said["text"].strip())
            written = now - timedelta(days=said["days_ago"]) - BETWEEN_POSTS * (last - number + 1)
            Post.objects.filter(pk=post.pk).update(created_at=written)
            Thread.objects.filter(pk=thread.pk).update(last_post_at=written)
            added += 1
    return added

"""Time and queries of a worker for the notices of one post, by the number of recipients, for a public project and for
one that only its organisation sees; and the time until a queue of posts is processed. No browser is connected. With
PostgreSQL, unread counts are published over Redis."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from bench.figures import Figure
from bench.tasks import apart, main, new_database

RECIPIENTS = (1, 20, 200)
POSTS = 20
CROWD = 200
QUICK = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
"""No member signs in, and hashing a password takes long."""


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from apart(
            "notices", "SQLite", f"sqlite:///{folder}/bench.sqlite3", folder, REDIS_URL="", **QUICK
        )
        if url := os.environ.get("DATABASE_URL"):
            with new_database(url) as mine:
                yield from apart("notices", "PostgreSQL", mine, folder, **QUICK)


def figures(name: str) -> Iterator[Figure]:
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    for to in ("public", "organisation"):
        for recipients in RECIPIENTS:
            post = conversation(recipients, to)
            seconds, queries = [], []
            for _post in range(POSTS):
                post()
                began = time.perf_counter()
                with CaptureQueriesContext(connection) as asked:
                    work("notices")
                seconds.append(time.perf_counter() - began)
                queries.append(len(asked))
            note = f"{statistics.median(queries):.0f} queries"
            yield Figure(
                f"{name}, {to}, recipients: {recipients}", statistics.median(seconds) * 1000, "ms", note
            )
    post = conversation(20, "public")
    for _post in range(CROWD):
        post()
    began = time.perf_counter()
    work("notices")
    yield Figure(
        f"{name}, {CROWD} posts of one conversation", time.perf_counter() - began, "s", "20 recipients"
    )


def conversation(recipients: int, to: Any) -> Callable[[], object]:
    """Return a function that writes a post with `recipients` notices. Tasks of the setup have run."""
    from community.discussions.services import post_message, thread_of
    from community.projects.services import change_visibility
    from tests.factories import MembershipFactory, OrganisationFactory, ProjectFactory

    organisation = OrganisationFactory()
    MembershipFactory.create_batch(recipients + 1, organisation=organisation)
    members = [each.member for each in organisation.memberships.select_related("member")]
    project = ProjectFactory(organisation=organisation, author=members[1])
    if to != "public":
        change_visibility(actor=members[1], project=project, to=to)
    thread = thread_of(project)
    work()
    texts = map(str, count())
    return lambda: post_message(thread=thread, actor=members[0], text=next(texts))


def work(*queues: str) -> None:
    from operations.worker import run_one

    while run_one(queues):
        pass


if __name__ == "__main__":
    main(figures)

"""Topics name things that can change, such as `project:7`, `thread:12` or `list:project`. Each has a version.

A cached value records the topics it was made from and their versions at that time (`core.page_cache`). A change gives
its topics new versions after the commit. A row that is saved or deleted does this automatically (`core.row_changes`). A
write that sends no signal, such as `QuerySet.update` or `bulk_create`, must call `invalidate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from secrets import randbits
from typing import Any

from django.core.cache import cache
from django.db import connections, transaction
from django.db.utils import DEFAULT_DB_ALIAS

from core.tasks import task

ALL_PAGES = "all-pages"
"""Every cached value depends on it. Invalidate it where you cannot say which pages a change shows on."""
ANY_CHANGE = "any-change"
"""Every change invalidates it. A page that does not record its topics depends on it."""
FRAME = "frame"
"""The frame around every page: sections, plain pages, facts about the site."""
TAXONOMY = "taxonomy"
NAMES = "names"
"""The names of members and organisations, and who represents which organisation."""
SEARCH = "search"
"""The content of the search index."""
EVERYWHERE = frozenset({ALL_PAGES, FRAME, TAXONOMY, NAMES})
"""Every cached value depends on these: nearly all pages show part of them, and they change seldom."""

PREFIX = "topic:"


def subject(kind: str, pk: int | None) -> str:
    """The topic of one object, with everything that its own page shows."""
    return f"{kind}:{pk}"


def conversation(subject_id: int) -> str:
    """The topic of the posts about one subject."""
    return f"thread:{subject_id}"


def listing(kind: str) -> str:
    """The topic of the list of a kind: which objects there are, and what lists show of each."""
    return f"list:{kind}"


# The topics that a page is made from


@dataclass
class Record:
    """Topics collected while a value is made. `is_complete`: the page has recorded everything it shows."""

    topics: set[str] = field(default_factory=set)
    is_complete: bool = False

    @property
    def dependencies(self) -> frozenset[str]:
        return EVERYWHERE.union(self.topics, () if self.is_complete else (ANY_CHANGE,))


_record: ContextVar[Record | None] = ContextVar("record", default=None)


@contextmanager
def recording() -> Iterator[Record]:
    record = Record()
    token = _record.set(record)
    try:
        yield record
    finally:
        _record.reset(token)


def uses(*topics: str) -> None:
    """Record that the page shows something of these topics. For a part of a page: a template tag, a query."""
    record = _record.get()
    if record is not None:
        record.topics.update(topics)


def page_uses(*topics: str) -> None:
    """Record that the page shows only these topics and those that its parts record. For a view or a page's
    `get_context`. Every change invalidates a page that never calls this."""
    record = _record.get()
    if record is not None:
        record.topics.update(topics)
        record.is_complete = True


# Versions


def versions_of(topics: Iterable[str]) -> dict[str, int] | None:
    """Return the current version of each topic, in the given order, or None while the cache is unavailable.

    One round trip unless a version is missing. A missing topic gets a new random version, so that values which depend
    on it are invalid.
    """
    pending_invalidation.settle()
    keys = {PREFIX + topic: topic for topic in topics}
    found = cache.get_many(keys)
    if missing := keys.keys() - found.keys():
        for key in missing:
            cache.add(key, randbits(62), timeout=None)
        # Read all versions once more: their order matters (`page_cache.store`).
        found = cache.get_many(keys)
        if len(found) < len(keys):
            return None
    return {topic: found[key] for key, topic in keys.items()}


def are_current(versions: dict[str, int]) -> bool:
    """Whether no topic has changed since its version was read. One round trip."""
    pending_invalidation.settle()
    keys = [PREFIX + topic for topic in versions]
    found = cache.get_many(keys)
    return all(found.get(PREFIX + topic) == version for topic, version in versions.items())


def invalidate(*topics: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the topics new versions once the transaction has committed; at once outside a transaction."""
    connection: Any = connections[using]
    changed: set[str] = connection.__dict__.setdefault("changed_topics", set())
    changed.update(topics)
    # One callback for each call: Django drops the callbacks of a savepoint that is rolled back. The first callback does
    # the work of all.
    transaction.on_commit(partial(_invalidate_changed, connection), using=using, robust=True)


def _invalidate_changed(connection: Any) -> None:
    changed: set[str] = connection.changed_topics
    connection.changed_topics = set()
    if changed:
        invalidate_now(*changed)


def invalidate_now(*topics: str) -> None:
    """Give the topics new versions without waiting for a commit. `ANY_CHANGE` comes first (`page_cache.store`)."""
    version = randbits(62)
    if cache.set_many({PREFIX + topic: version for topic in (ANY_CHANGE, *topics)}, timeout=None):
        pending_invalidation.remember()


def invalidate_pages() -> None:
    """Invalidate everything that is cached."""
    invalidate_now(ALL_PAGES)


class PendingInvalidation:
    """An invalidation that failed while the cache was unavailable.

    This process writes it before it reads from the cache again. A task writes it for processes that never noticed the
    interruption.
    """

    def __init__(self) -> None:
        self.is_due = False

    def remember(self) -> None:
        if not self.is_due:
            self.is_due = True
            invalidate_when_available.enqueue()

    def settle(self) -> None:
        if self.is_due and _invalidates_pages():
            self.is_due = False


pending_invalidation = PendingInvalidation()


def _invalidates_pages() -> bool:
    version = randbits(62)
    return not cache.set_many({PREFIX + topic: version for topic in (ANY_CHANGE, ALL_PAGES)}, timeout=None)


@task(queue="framework")
def invalidate_when_available() -> None:
    """Retry the invalidation. Raises ConnectionError until the cache is available, so that the worker tries again."""
    if not _invalidates_pages():
        raise ConnectionError("The cache is unavailable")

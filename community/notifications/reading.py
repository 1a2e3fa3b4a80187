"""Builds the text of notices for the site, mail and the feed. Leaves out subjects that the member may not see now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.notifications import kinds
from community.notifications.kinds import Kind, Sentence
from community.notifications.models import Event, Notice
from core.audience import Viewer
from subjects.models import Subject
from subjects.types import subject_type_of

TITLE = "\0"
"""A placeholder for a title. No sentence contains it otherwise."""


@dataclass(frozen=True)
class NoticeView:
    """One notice in the active language.

    `url` is a path on this site. `why` says why the member gets it. `quote` is the actor's text, for kinds that repeat
    it.
    """

    notice: Notice
    kind: Kind
    subject: Any
    who: str
    why: Sentence
    url: str
    quote: str = ""

    @property
    def sentence(self) -> str:
        return self.kind.sentence(count=self.notice.count, subject=self.subject, who=self.who)

    @property
    def around_title(self) -> list[str]:
        """The parts of the sentence before and after the subject's title, which may be in another language."""
        return self.kind.sentence(count=self.notice.count, subject=TITLE, who=self.who).split(TITLE, 1)

    @property
    def language(self) -> str:
        return subject_type_of(self.subject).language(self.subject)

    @property
    def at(self) -> datetime:
        return self.notice.told_at

    @property
    def is_unseen(self) -> bool:
        return self.notice.last_event > self.notice.seen_event


def notice_views(notices: Iterable[Notice], viewer: Viewer) -> list[NoticeView]:
    """Return a view of each notice (`with_events`), in the order given.

    Notices of subjects that are deleted, or that the viewer may no longer see, are left out. The number of queries
    depends on the kinds, not on the notices.
    """
    rows = [row for row in notices if row.count]
    found = _subjects(rows, viewer)
    events = Event.objects.select_related("actor").in_bulk(
        {pk for row in rows for pk in (row.first, row.newest)}
    )
    who, reasons, quotes = _names(rows, events), _reasons(found, viewer), _quotes(rows, events)
    views = []
    for row in rows:
        subject = found.get((row.kind, row.subject_id))
        if subject is None or row.first not in events:
            continue
        kind = kinds.find(row.kind)
        why = reasons[row.kind].get(subject, kind.why)
        url = kind.address(subject, events[row.first])
        views.append(
            NoticeView(row, kind, subject, who.get(row.newest, ""), why, url, quotes.get(row.newest, ""))
        )
    return views


def _subjects(rows: list[Notice], viewer: Viewer) -> dict[tuple[str, int], Any]:
    """(kind of notice, id of the subject) → the object, where it still concerns the viewer."""
    loaded = Subject.objects.filter(pk__in={row.subject_id for row in rows}).visible_to(viewer).loaded()
    by_kind = defaultdict(set)
    for row in rows:
        by_kind[row.kind].add(row.subject_id)
    concerning = {code: set(kinds.find(code).concerns(viewer, wanted)) for code, wanted in by_kind.items()}
    return {
        (row.kind, row.subject_id): loaded[row.subject_id]
        for row in rows
        if row.subject_id in loaded and row.subject_id in concerning[row.kind]
    }


def _reasons(found: dict[tuple[str, int], Any], viewer: Viewer) -> dict[str, dict[Any, Sentence]]:
    """By kind and subject, why the viewer is notified, for kinds where the reason differs between viewers."""
    by_kind = defaultdict(list)
    for (code, _), subject in found.items():
        by_kind[code].append(subject)
    return {code: kinds.find(code).because(viewer, about) for code, about in by_kind.items()}


def _names(rows: list[Notice], events: dict[int, Event]) -> kinds.Names:
    """By the event's id, the name of the actor of each notice that covers one event only."""
    newest = defaultdict(list)
    for row in rows:
        if row.count == 1 and row.newest in events:
            newest[row.kind].append(events[row.newest])
    names: kinds.Names = {}
    for code, happened in newest.items():
        names |= kinds.find(code).who(happened)
    return names


def _quotes(rows: list[Notice], events: dict[int, Event]) -> dict[int, str]:
    """By the event's id, the quoted text of the newest event of each notice."""
    newest = defaultdict(list)
    for row in rows:
        if row.newest in events:
            newest[row.kind].append(events[row.newest])
    quotes: dict[int, str] = {}
    for code, happened in newest.items():
        quotes |= kinds.find(code).quote(happened)
    return quotes

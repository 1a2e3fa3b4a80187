"""Notices as a member reads them, on the site, by mail and in the feed: only of what the member may see now."""

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
"""Stands where a title goes, and in no words."""


@dataclass(frozen=True)
class NoticeView:
    """One notice in words of the active language. `url` is a path on this site, `why` says why the member gets it,
    `quote` is what the actor wrote, for kinds that repeat it."""

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
        """The sentence before and after the title of what it is about, which may be in another language."""
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


def read(notices: Iterable[Notice], viewer: Viewer) -> list[NoticeView]:
    """In the order given (`with_events`), without those of what is gone or no longer the viewer's to see. The number
    of queries depends on the kinds, not on the notices."""
    rows = [row for row in notices if row.count]
    found = _subjects(rows, viewer)
    events = Event.objects.select_related("actor").in_bulk(
        {pk for row in rows for pk in (row.first, row.newest)}
    )
    who, reasons, quotes = _names(rows, events), _reasons(found, viewer), _quotes(rows, events)
    told = []
    for row in rows:
        subject = found.get((row.kind, row.subject_id))
        if subject is None or row.first not in events:
            continue
        kind = kinds.find(row.kind)
        why = reasons[row.kind].get(subject, kind.why)
        url = kind.address(subject, events[row.first])
        told.append(
            NoticeView(row, kind, subject, who.get(row.newest, ""), why, url, quotes.get(row.newest, ""))
        )
    return told


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
    """By kind and subject, why the viewer is told, where it is not the same for all."""
    by_kind = defaultdict(list)
    for (code, _), subject in found.items():
        by_kind[code].append(subject)
    return {code: kinds.find(code).because(viewer, about) for code, about in by_kind.items()}


def _names(rows: list[Notice], events: dict[int, Event]) -> kinds.Names:
    """Who did what happened last, where it is one thing only that is told."""
    newest = defaultdict(list)
    for row in rows:
        if row.count == 1 and row.newest in events:
            newest[row.kind].append(events[row.newest])
    names: kinds.Names = {}
    for code, happened in newest.items():
        names |= kinds.find(code).who(happened)
    return names


def _quotes(rows: list[Notice], events: dict[int, Event]) -> dict[int, str]:
    """What was written in the newest event of each notice, by the event's id."""
    newest = defaultdict(list)
    for row in rows:
        if row.newest in events:
            newest[row.kind].append(events[row.newest])
    quotes: dict[int, str] = {}
    for code, happened in newest.items():
        quotes |= kinds.find(code).quote(happened)
    return quotes

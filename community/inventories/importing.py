"""Imports a published inventory as organisations and projects, under a run that can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from django.db import DataError, IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from community.audit.actions import log_action
from community.inventories import audit
from community.inventories.locking import Lease, only_one
from community.inventories.losses import Losses, RowLosses
from community.inventories.mapping import Layout
from community.inventories.models import ImportedRecord, ImportRun
from community.inventories.published import Fault, Published, check_codes, describe, publish
from community.inventories.rows import Row, Unreadable
from community.inventories.storing import Store
from community.inventories.undoing import take_back
from community.inventories.vocabulary import Vocabulary
from knowledge.tasks import render_texts

CHUNK = 250
"""Rows in one transaction."""

Numbered = tuple[int, Published]


class Rejection(NamedTuple):
    """A row that is not imported; `row` is its number as a spreadsheet program shows it."""

    row: int
    reason: str
    id: str = ""
    title: str = ""


@dataclass
class Report:
    """The result of an import. Each row is counted once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    skipped: int = 0
    """Rows that the mapping skips. `rows` does not count them."""
    losses: Losses = field(default_factory=Losses)
    run: ImportRun | None = None
    """None when nothing was written."""

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.rejections)

    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": len(self.rejections),
        }

    def as_json(self) -> dict[str, object]:
        return {
            **self.counts(),
            "skipped": self.skipped,
            "rejections": [rejection._asdict() for rejection in self.rejections],
            "fields": {name: asdict(losses) for name, losses in sorted(self.losses.items())},
        }


@dataclass
class Chunk:
    """A chunk's cards, sorted by what has to be done with them."""

    new: list[Numbered] = field(default_factory=list)
    changed: list[tuple[int, ImportedRecord, Published]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.new) + len(self.changed)

    def halves(self) -> tuple[Chunk, Chunk]:
        new, changed = len(self.new) // 2 + len(self.new) % 2, len(self.changed) // 2
        return Chunk(self.new[:new], self.changed[:changed]), Chunk(self.new[new:], self.changed[changed:])


class Import:
    """One import under way."""

    def __init__(self, layout: Layout, file_name: str, report: Report) -> None:
        self.layout = layout
        self.file_name = file_name
        self.report = report
        self.vocabulary = Vocabulary()
        check_codes(layout, self.vocabulary)
        self.first_rows: dict[str, int] = {}
        """Row number by `id_key`, to find duplicates. It grows with the file."""
        self.store: Store | None = None

    def sort(self, rows: Sequence[Row]) -> Chunk:
        """Sort the rows' cards into new and changed ones. Unchanged, skipped and rejected rows are only counted."""
        cards = [numbered for row in rows if (numbered := self.accept(row))]
        known = ImportedRecord.objects.filter(
            source=self.layout.source, record_key__in=[card.key for _number, card in cards]
        ).select_related("project__organisation__place", "project__subject")
        records = {record.record_key: record for record in known}
        chunk = Chunk()
        for number, card in cards:
            record = records.get(card.key)
            if record is None:
                chunk.new.append((number, card))
            elif record.digest != card.digest:
                chunk.changed.append((number, record, card))
            else:
                self.report.unchanged += 1
        return chunk

    def accept(self, row: Row) -> Numbered | None:
        """Return the row's number and card, or None if the row is skipped or rejected."""
        if row.cells and self.layout.skips(row.cells):
            self.report.skipped += 1
            return None
        losses = RowLosses()
        try:
            if row.fault:
                raise Fault(row.fault)
            card = publish(self.layout, row.cells, self.vocabulary, losses)
            first = self.first_rows.setdefault(card.key, row.number)
            if first != row.number:
                raise Fault(
                    _("Its id, “%(id)s”, is the same as that of row %(row)d, or too similar to tell apart.")
                    % {"id": card.record_id, "row": first}
                )
        except Fault as fault:
            rejection = Rejection(row.number, str(fault), *describe(self.layout, row.cells))
            self.report.rejections.append(rejection)
            return None
        self.report.losses.count(losses)
        return row.number, card

    def write(self, chunk: Chunk, lease: Lease) -> None:
        """Store a chunk. If the database refuses it, halve it until only the row at fault is left out."""
        if not chunk.size:
            return
        if self.store is None:
            self.report.run = ImportRun.objects.create(
                source=self.layout.source, file_name=self.file_name[:250]
            )
            self.store = Store(self.report.run, self.vocabulary)
        try:
            with lease.renewed():
                self.store.write(
                    [card for _number, card in chunk.new],
                    [(record, card) for _number, record, card in chunk.changed],
                )
        except (DataError, IntegrityError) as error:
            self.store.forget()
            if chunk.size == 1:
                number, card = next(chain(chunk.new, ((number, card) for number, _r, card in chunk.changed)))
                reason = _("The database refused it: %(why)s") % {"why": str(error).splitlines()[0]}
                self.report.rejections.append(Rejection(number, reason, card.record_id, card.title))
                return
            for half in chunk.halves():
                self.write(half, lease)
        else:
            self.count(chunk)

    def count(self, chunk: Chunk) -> None:
        self.report.created += len(chunk.new)
        self.report.updated += len(chunk.changed)


def import_inventory(
    *,
    rows: Iterable[Row],
    layout: Layout,
    file_name: str,
    report: Report,
    dry_run: bool = False,
    chunk: int = CHUNK,
) -> None:
    """Store all valid rows. Fills in `report` row by row, so that a stopped import shows how far it came.

    A dry run writes nothing and counts the same. If the file cannot be read to its end, undoes the run and raises
    `Unreadable` or `OSError`. Raises `AlreadyRunning` if another process imports or undoes this source.
    """
    work = Import(layout, file_name, report)
    if dry_run:
        for some in chunked(rows, chunk):
            work.count(work.sort(some))
        report.rejections.sort()
        return
    with only_one(layout.source) as lease:
        try:
            for some in chunked(rows, chunk):
                lease.renew()
                work.write(work.sort(some), lease)
        except (Unreadable, OSError):
            if report.run:
                take_back(run=report.run, lease=lease)
            raise
        finally:
            report.rejections.sort()
            if report.run:
                report.run.counts = report.counts()
                report.run.save(update_fields=["counts"])
        if report.run:
            report.run.finished_at = timezone.now()
            report.run.save(update_fields=["finished_at"])
            render_texts.enqueue()
            log_action(actor=None, action=audit.IMPORTED, subject=report.run, rows=report.rows)


def chunked(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some

"""Reads a file of any supported kind as rows of cells. The kind is detected from the content.

Every file is read twice: first to check that it can be read to its end and to count its rows, then to import it. So a
broken file is refused before anything is written. Neither reading holds more than a row in memory, and of a workbook
its shared strings.
"""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.inventories.encoding import encoding_of, known_encoding
from community.inventories.json_rows import (
    NotRecords,
    best_list,
    one_a_line,
    records_of_lines,
    records_of_list,
)
from community.inventories.rows import (
    HEADING_WITHIN,
    Numbered,
    Reading,
    Row,
    Unreadable,
    below_headings,
    check_headings,
    faultless,
    heading_key,
    matching,
)
from community.inventories.workbooks import kind_of_workbook, read_workbook

SAMPLE = 65_536
LONGEST_ROW = 1_000_000
"""Longest row, and longest line, of a text file, in characters."""
FOUND_OUT = Reading()
SIGNATURES = {
    b"\xd0\xcf\x11\xe0": gettext_lazy(
        "It is an old Excel workbook, or one with a password; save it as .xlsx without one."
    ),
    b"%PDF": gettext_lazy("It is a PDF, not a table."),
    b"\x1f\x8b": gettext_lazy("It is compressed; unpack it first."),
}


@dataclass(frozen=True)
class Inventory:
    """A file that has been read to its end once. Iterating reads it again."""

    path: Path
    total: int
    read: Callable[[], Iterator[Row]]
    hidden_rows: int = 0
    """Rows of a workbook that were skipped because they are hidden."""

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    def __len__(self) -> int:
        return self.total


def open_inventory(path: Path, wanted: Sequence[str], reading: Reading = FOUND_OUT) -> Inventory:
    """Read the file once to its end. Returns its rows with the cells of the `wanted` columns. Raises `Unreadable`."""
    columns = {heading_key(name): name for name in wanted}
    hidden: list[int] = []
    read = reader_for(path, columns, reading, hidden.append)
    try:
        total = sum(1 for _row in read())
    except OSError as error:
        raise Unreadable(
            _("%(file)s can’t be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error
    return Inventory(path, total, read, sum(hidden))


def reader_for(
    path: Path, columns: dict[str, str], reading: Reading, pass_over: Callable[[int], None]
) -> Callable[[], Iterator[Row]]:
    start = beginning(path)
    if start.startswith(b"PK"):
        return partial(read_workbook, path, kind_of_workbook(path), columns, reading, pass_over)
    for signature, sentence in SIGNATURES.items():
        if start.startswith(signature):
            raise Unreadable(f"{path}: {sentence}")
    if reading.encoding and not known_encoding(reading.encoding):
        raise Unreadable(_("There is no encoding “%(name)s”.") % {"name": reading.encoding})
    encoding = known_encoding(reading.encoding) if reading.encoding else encoding_of(path, start)
    text = start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n\0")
    if not text:
        raise Unreadable(_("%(file)s is empty.") % {"file": path})
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or text[0] in "[{":
        return objects_reader(path, encoding, columns, reading.records)
    return partial(read_table, path, encoding, columns, delimiter_of(path, encoding, columns))


def beginning(path: Path) -> bytes:
    """Return the first bytes of a regular file. Raises `Unreadable` for anything else and for an empty file."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(_("%(file)s is a folder, not a file.") % {"file": path})
        if not stat.S_ISREG(mode):
            raise Unreadable(_("%(file)s is not a file that can be read twice.") % {"file": path})
        with path.open("rb") as file:
            start = file.read(SAMPLE)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise Unreadable(_("There is no file %(file)s.") % {"file": path}) from error
    except OSError as error:
        raise Unreadable(
            _("%(file)s can’t be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error
    if not start:
        raise Unreadable(_("%(file)s is empty.") % {"file": path})
    return start


# Text


class LineTooLong(Exception):
    """A line is longer than `LONGEST_ROW`; the message names it."""


class Lines:
    """Iterates over the lines of a file, with their line ends and without NUL characters, with which some exports pad
    cells.

    `csv` joins the lines of a quoted cell, so both lines and rows are limited. A line longer than `LONGEST_ROW` raises
    `LineTooLong`, and its rest is skipped. Lines of one row that together are longer raise `csv.Error`. Call
    `begin_row` before each row.
    """

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.number = 0
        self.begin_row()

    def begin_row(self) -> None:
        self.quotes = 0
        self.left = LONGEST_ROW

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if not (line := self.file.readline(LONGEST_ROW + 1)):
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_ROW:
            while line and not line.endswith(("\n", "\r")):
                line = self.file.readline(LONGEST_ROW)
            raise LineTooLong(
                _("Line %(line)d of the file is longer than %(most)d characters.")
                % {"line": self.number, "most": LONGEST_ROW}
            )
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error
        self.quotes += line.count('"')
        return line.replace("\0", "")


def table_rows(path: Path, encoding: str, delimiter: str) -> Generator[list[str] | str]:
    """Yield the cells of each row, or a sentence that says why they cannot be separated."""
    csv.field_size_limit(LONGEST_ROW)
    never_ends = _("A cell never ends: a quotation mark is missing, or the file is cut off.")
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = Lines(file)
        rows = csv.reader(lines, delimiter=delimiter)
        last: list[str] | str | None = None
        quoted = 0
        while True:
            lines.begin_row()
            try:
                row: list[str] | str | None = next(rows, None)
            except LineTooLong as error:
                row = str(error)
            except csv.Error:
                row = never_ends
            if row is None:
                break
            if last is not None:
                yield last
            last, quoted = row, lines.quotes
        # The csv module reports no error for a quoted cell that the end of the file closes.
        if isinstance(last, list) and last and quoted % 2 and "\n" in last[-1]:
            last = never_ends
        if last is not None:
            yield last


def delimiter_of(path: Path, encoding: str, columns: dict[str, str]) -> str:
    """Return the delimiter that yields most of the wanted headings."""

    def found(delimiter: str) -> tuple[int, int]:
        with closing(table_rows(path, encoding, delimiter)) as rows:
            first = [row for row in islice(rows, HEADING_WITHIN) if isinstance(row, list)]
        best = max(first, key=partial(matching, columns), default=[])
        return matching(columns, best), len(best)

    return max(",;\t|", key=found)


def read_table(path: Path, encoding: str, columns: dict[str, str], delimiter: str) -> Iterator[Row]:
    """Yield the rows, numbered as in a spreadsheet program: headings and blank lines count, and a row whose cells have
    several lines counts once."""
    with closing(table_rows(path, encoding, delimiter)) as rows:
        numbered: Iterator[Numbered] = enumerate(rows, start=1)
        yield from below_headings(numbered, columns, path)


# JSON


def objects_reader(
    path: Path, encoding: str, columns: dict[str, str], records: str
) -> Callable[[], Iterator[Row]]:
    try:
        place = None if one_a_line(path, encoding) else records or best_list(path, encoding, columns)
    except NotRecords as error:
        raise Unreadable(f"{path}: {error}") from error
    return partial(read_objects, path, encoding, columns, place)


def read_objects(path: Path, encoding: str, columns: dict[str, str], place: str | None) -> Iterator[Row]:
    """Yield the objects of the list at `place`, numbered from 1. If `place` is None, the file has one object per line,
    and rows have the numbers of their lines."""
    seen: set[str] = set()
    number = 0
    records = records_of_lines(path, encoding) if place is None else records_of_list(path, encoding, place)
    try:
        for number, record in records:
            if isinstance(record, str):
                yield Row(number, {}, record)
                continue
            cells = {heading_key(name): value for name, value in record.items()}
            seen |= cells.keys()
            yield faultless(number, cells, columns)
    except NotRecords as error:
        raise Unreadable(f"{path}: {error}") from error
    if number:
        check_headings(columns, seen, path)

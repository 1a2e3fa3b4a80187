"""A file of any published kind, as rows of cells: what it is, is found out from what it holds.

Every file is read twice: once to know that it can be read to its end and how many rows it has, once to import it. So a
broken file is refused before anything is written. Neither reading holds more than a row (a workbook: its shared
strings) in memory.
"""

from __future__ import annotations

import csv
import re
import stat
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from community.projects.inventories.json_rows import NotRecords, read_json
from community.projects.inventories.text import clean
from foundation.refusals import Refusal

LONGEST_CELL = 50_000
LARGEST_WORKBOOK = 600_000_000
"""Bytes a workbook may unpack to."""
DENSEST_WORKBOOK = 200
"""Times its own size that a workbook of some size may unpack to; a spreadsheet reaches 20 to 60."""
HEADING_WITHIN = 10
SAMPLE = 65_536
FOREIGN = re.compile(r"[^\x00-\x7f]")
SIGNATURES = {
    b"\xd0\xcf\x11\xe0": gettext_lazy(
        "It is an old Excel workbook, or one with a password; save it as .xlsx without one."
    ),
    b"%PDF": gettext_lazy("It is a PDF, not a table."),
    b"\x1f\x8b": gettext_lazy("It is compressed; unpack it first."),
}
BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)


class Unreadable(Refusal):
    """The file cannot be imported at all; the sentence says why."""


@dataclass(frozen=True)
class Row:
    """One record of the file: its 1-based number, and its cells by `heading_key`; or what is wrong with it."""

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Inventory:
    """A file that has been read to its end once. Iterating reads it again."""

    path: Path
    total: int
    read: Callable[[], Iterator[Row]]

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    def __len__(self) -> int:
        return self.total


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """How headings are compared: case, width and blanks do not count."""
    return " ".join(clean(unicodedata.normalize("NFKC", heading)).casefold().split())


def open_inventory(path: Path, wanted: Sequence[str], sheet: str = "") -> Inventory:
    """The file's rows, with the `wanted` columns among their cells. Raises `Unreadable`."""
    columns = {heading_key(name): name for name in wanted}
    read = reader_for(path, columns, sheet)
    try:
        return Inventory(path, sum(1 for _row in read()), read)
    except OSError as error:
        raise Unreadable(
            _("%(file)s can’t be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error


def reader_for(path: Path, columns: dict[str, str], sheet: str) -> Callable[[], Iterator[Row]]:
    start = beginning(path)
    if start.startswith(b"PK"):
        check_workbook(path)
        return partial(read_workbook, path, columns, sheet)
    for signature, sentence in SIGNATURES.items():
        if start.startswith(signature):
            raise Unreadable(f"{path}: {sentence}")
    encoding = encoding_of(path, start)
    text = start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n\0")
    if not text:
        raise Unreadable(_("%(file)s is empty.") % {"file": path})
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or text[0] in "[{":
        return partial(read_objects, path, encoding, columns)
    return partial(read_table, path, encoding, columns, delimiter_of(path, encoding, columns))


def beginning(path: Path) -> bytes:
    """The first bytes of a regular file."""
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


def encoding_of(path: Path, start: bytes) -> str:
    """UTF-16 by its mark or its zeros, UTF-8 if (all but) the whole file is, else Windows-1252."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[0::2], start[1::2]
    if odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    controls = sum(start.count(byte) for byte in range(1, 0x20) if byte not in b"\t\n\v\f\r\x1a\x1b")
    if controls > len(start) * 0.05 or start.count(0) > len(start) * 0.2:
        raise Unreadable(_("%(file)s holds no text: it is no CSV, TSV, XLSX or JSON file.") % {"file": path})
    foreign = broken = 0
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while text := file.read(1 << 20):
            if not text.isascii():
                broken += text.count("\ufffd")
                foreign += len(FOREIGN.findall(text))
    return "utf-8-sig" if broken * 10 <= foreign - broken or not broken else "cp1252"


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines as they end, without zeros (which some exports pad cells with)."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for line in file:
            yield line.replace("\0", "")


def table_rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str] | str]:
    """Cells of each line; a sentence in place of a line whose cells cannot be told apart."""
    csv.field_size_limit(LONGEST_CELL * 100)
    never_ends = _("A cell never ends: a quotation mark is missing, or the file is cut off.")
    quotes = 0

    def counted(text: Iterable[str]) -> Iterator[str]:
        nonlocal quotes
        for line in text:
            quotes += line.count('"')
            yield line

    with closing(lines(path, encoding)) as text:
        rows = csv.reader(counted(text), delimiter=delimiter)
        last: list[str] | str | None = None
        quoted = 0
        while True:
            quotes = 0
            try:
                row: list[str] | str | None = next(rows, None)
            except csv.Error:
                row = never_ends
            if row is None:
                break
            if last is not None:
                yield last
            last, quoted = row, quotes
        # Only the end of the file closes a cell that nothing else closed.
        if isinstance(last, list) and last and quoted % 2 and "\n" in last[-1]:
            last = never_ends
        if last is not None:
            yield last


def delimiter_of(path: Path, encoding: str, columns: dict[str, str]) -> str:
    """The one that brings out most of the headings looked for."""

    def found(delimiter: str) -> tuple[int, int]:
        with closing(table_rows(path, encoding, delimiter)) as rows:
            first = [row for row in islice(rows, HEADING_WITHIN) if isinstance(row, list)]
        best = max(first, key=partial(matching, columns), default=[])
        return matching(columns, best), len(best)

    return max(",;\t|", key=found)


def read_table(path: Path, encoding: str, columns: dict[str, str], delimiter: str) -> Iterator[Row]:
    with closing(table_rows(path, encoding, delimiter)) as rows:
        yield from below_headings(rows, columns, path)


# Workbooks


def check_workbook(path: Path) -> None:
    """Refuse what is no workbook, is cut off, or would unpack beyond all measure."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except BROKEN_WORKBOOK as error:
        raise Unreadable(
            _("%(file)s is damaged or cut off: it can’t be unpacked.") % {"file": path}
        ) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise Unreadable(_("%(file)s is an archive, not an XLSX workbook; unpack it first.") % {"file": path})
    size, packed = sum(part.file_size for part in parts), path.stat().st_size
    if size > LARGEST_WORKBOOK or (size > 20_000_000 and size > packed * DENSEST_WORKBOOK):
        raise Unreadable(
            _("%(file)s unpacks to more than a workbook should; it is left alone.") % {"file": path}
        )


@contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Whatever a damaged workbook raises is one refusal; its warnings are nobody's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except BROKEN_WORKBOOK as error:
            raise Unreadable(
                _("%(file)s is damaged or cut off: it can’t be read to its end.") % {"file": path}
            ) from error


def read_workbook(path: Path, columns: dict[str, str], sheet: str) -> Iterator[Row]:
    """Rows of the named sheet, else of the one whose headings match best. A formula's stored value counts; where
    none is stored, the formula itself is the text."""
    with path.open("rb") as one, path.open("rb") as other:
        with unpacking(path):
            values = load_workbook(one, read_only=True, data_only=True)
            formulas = load_workbook(other, read_only=True)
        titles = [table.title for table in values.worksheets if not sheet or table.title == sheet]
        if not titles:
            raise Unreadable(
                _("%(file)s has no sheet “%(sheet)s”; it has: %(names)s.")
                % {"file": path, "sheet": sheet, "names": ", ".join(values.sheetnames)}
            )

        def best(title: str) -> int:
            rows = islice(sheet_rows(path, values[title], formulas[title]), HEADING_WITHIN)
            return max((matching(columns, row) for row in rows), default=0)

        title = max(titles, key=best)
        yield from below_headings(sheet_rows(path, values[title], formulas[title]), columns, path)


def sheet_rows(path: Path, values: Any, formulas: Any) -> Iterator[list[str]]:
    # What a sheet says of its own size is often wrong, and would hide its cells.
    for table in (values, formulas):
        table.reset_dimensions()
    pairs = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=True)
    while True:
        with unpacking(path):
            pair = next(pairs, None)
        if pair is None:
            return
        yield [as_text(formula if value is None else value) for value, formula in zip(*pair, strict=True)]


def as_text(value: Any) -> str:
    """A typed cell as it would be written: whole numbers without a point, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


# JSON


def read_objects(path: Path, encoding: str, columns: dict[str, str]) -> Iterator[Row]:
    """Rows of a list of objects, of the one list in an object, or of one object a line."""
    seen: set[str] = set()
    number = 0
    try:
        for number, record in enumerate(read_json(path, encoding), start=1):
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


# Headings


def below_headings(rows: Iterable[list[str] | str], columns: dict[str, str], path: Path) -> Iterator[Row]:
    """The records below the line of headings, which is the best of the first ten. Blank lines are not counted."""
    source = iter(rows)
    first = list(islice(source, HEADING_WITHIN))
    best = max(range(len(first)), key=lambda at: matching(columns, first[at]), default=None)
    if best is None or isinstance(first[best], str):
        raise Unreadable(_("%(file)s is empty.") % {"file": path})
    headings = [heading_key(name) for name in first[best]]
    check_headings(columns, headings, path)

    def remaining() -> Iterator[list[str] | str]:
        yield from first[best + 1 :]
        yield from source

    number = 0
    for row in remaining():
        if isinstance(row, str):
            number += 1
            yield Row(number, {}, row)
        elif any(cell.strip() for cell in row):
            number += 1
            yield row_of(number, row, headings, columns)


def row_of(number: int, row: list[str], headings: list[str], columns: dict[str, str]) -> Row:
    """Cells by heading; the first of two equal headings counts, missing cells are empty, surplus ones a fault."""
    length = max(map(len, row), default=0)
    if length > LONGEST_CELL:
        return Row(number, {}, too_long(length))
    if any(cell.strip() for cell in row[len(headings) :]):
        fault = ngettext("It has %(cells)d cell", "It has %(cells)d cells", len(row)) % {"cells": len(row)}
        return Row(
            number, {}, fault + _(" where the headings are %(headings)d.") % {"headings": len(headings)}
        )
    cells: dict[str, str] = {}
    for heading, cell in zip(headings, row, strict=False):
        cells.setdefault(heading, cell)
    return faultless(number, cells, columns)


def faultless(number: int, cells: dict[str, str], columns: dict[str, str]) -> Row:
    """The row with only the columns looked for; a fault when one is longer than anybody would read."""
    kept = {key: cells.get(key, "") for key in columns}
    length = max(map(len, kept.values()), default=0)
    return Row(number, {}, too_long(length)) if length > LONGEST_CELL else Row(number, kept)


def too_long(length: int) -> str:
    return _("A cell holds %(length)d characters; at most %(most)d are taken.") % {
        "length": length,
        "most": LONGEST_CELL,
    }


def matching(columns: dict[str, str], row: Sequence[str] | str) -> int:
    """How many of the columns are among the row's cells."""
    return 0 if isinstance(row, str) else len(columns.keys() & {heading_key(cell) for cell in row})


def check_headings(columns: dict[str, str], headings: Iterable[str], path: Path) -> None:
    missing = [name for key, name in columns.items() if key not in set(headings)]
    if len(missing) == len(columns):
        raise Unreadable(
            _("%(file)s has none of the columns this layout reads (%(columns)s): is it another inventory?")
            % {"file": path, "columns": ", ".join(list(columns.values())[:4]) + ", …"}
        )
    if missing:
        raise Unreadable(
            _("%(file)s lacks these columns of the layout: %(columns)s.")
            % {"file": path, "columns": "; ".join(missing)}
        )

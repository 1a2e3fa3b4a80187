"""A file of any published kind, as rows of cells: what it is, is found out from what it holds.

Every file is read twice: once to know that it can be read to its end and how many rows it has, once to import it. So a
broken file is refused before anything is written. Neither reading holds more than a row (a workbook: its shared
strings) in memory.
"""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.projects.inventories.json_rows import NotRecords, read_json
from community.projects.inventories.rows import (
    HEADING_WITHIN,
    LONGEST_CELL,
    Row,
    Unreadable,
    below_headings,
    check_headings,
    faultless,
    heading_key,
    matching,
)
from community.projects.inventories.workbooks import check_workbook, read_workbook

SAMPLE = 65_536
FOREIGN = re.compile(r"[^\x00-\x7f]")
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

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    def __len__(self) -> int:
        return self.total


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

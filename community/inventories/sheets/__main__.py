"""The child process. Its arguments are a command, the kind of workbook, the file, the sheet's `place`, and "hidden" or
"". The command `list` prints each sheet with its first rows, `rows` the rows of one sheet.
"""

from __future__ import annotations

import json
import struct
import sys
import warnings
import zipfile
import zlib
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from community.inventories.sheets.book import (
    DAMAGED,
    LONGEST_CELL,
    LONGEST_LINE,
    MOST_BYTES,
    TOO_LARGE,
    Book,
    Cell,
    TooLarge,
)

FIRST_ROWS = 10
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ExpatError,
    ParseError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    UnicodeError,
    ValueError,
)
"""Exceptions that readers raise for a damaged file."""


def main(verb: str, kind: str, path: str, place: str = "", hidden: str = "") -> None:
    output = Output()
    book: Book = import_module(f"community.inventories.sheets.{kind}").Workbook(Path(path))
    if verb == "list":
        for table in book.tables:
            rows = islice(book.rows(table, hidden=bool(hidden)), FIRST_ROWS)
            first = [taken(cells) for _number, cells in rows]
            output.tell({"title": table.title, "hidden": table.hidden, "place": table.place, "first": first})
        return
    table = next(each for each in book.tables if each.place == place)
    for number, cells in book.rows(table, hidden=bool(hidden)):
        output.tell([number, taken(cells)])
    output.tell({"hidden_rows": table.hidden_rows})


def taken(cells: list[Cell]) -> list[Cell]:
    """Return the cells up to the last that is not empty.

    A text that is too long is cut to one character more than is allowed, so that the parent still sees that it is too
    long. Raises `TooLarge` before a row that is too long is built in memory.
    """
    if sum(min(len(cell), LONGEST_CELL) for cell in cells) > LONGEST_LINE:
        raise TooLarge
    last = max((at for at, cell in enumerate(cells, start=1) if cell), default=0)
    return [cell[: LONGEST_CELL + 1] if isinstance(cell, str) else cell for cell in cells[:last]]


class Output:
    """Prints lines of JSON. Raises `TooLarge` before it prints more than the parent accepts."""

    def __init__(self) -> None:
        self.left = MOST_BYTES

    def tell(self, value: Any) -> None:
        line = json.dumps(value, ensure_ascii=True) + "\n"
        self.left -= len(line)
        if self.left < 0 or len(line) > LONGEST_LINE:
            raise TooLarge
        sys.stdout.write(line)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        main(*sys.argv[1:])
        sys.stdout.flush()
    except TooLarge:
        sys.exit(TOO_LARGE)
    except BROKEN:
        sys.exit(DAMAGED)

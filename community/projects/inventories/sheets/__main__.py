"""The child: `list FILE` prints each sheet with its first rows, `rows FILE PLACE HIDDEN` the rows of one."""

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

from community.projects.inventories.sheets.book import DAMAGED, Book

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
"""What readers raise of a damaged file."""


def main(verb: str, kind: str, path: str, place: str = "", hidden: str = "") -> None:
    book: Book = import_module(f"community.projects.inventories.sheets.{kind}").Workbook(Path(path))
    if verb == "list":
        for table in book.tables:
            rows = islice(book.rows(table, hidden=bool(hidden)), FIRST_ROWS)
            first = [cells for _number, cells in rows]
            tell({"title": table.title, "hidden": table.hidden, "place": table.place, "first": first})
        return
    table = next(each for each in book.tables if each.place == place)
    for number, cells in book.rows(table, hidden=bool(hidden)):
        tell([number, cells])
    tell({"hidden_rows": table.hidden_rows})


def tell(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        main(*sys.argv[1:])
        sys.stdout.flush()
    except BROKEN:
        sys.exit(DAMAGED)

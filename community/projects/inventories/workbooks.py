"""XLSX workbooks as rows of text."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from community.projects.inventories.rows import HEADING_WITHIN, Row, Unreadable, below_headings, matching

LARGEST_WORKBOOK = 600_000_000
"""Bytes a workbook may unpack to."""
DENSEST_WORKBOOK = 200
"""Times its own size that a workbook of some size may unpack to; a spreadsheet reaches 20 to 60."""
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

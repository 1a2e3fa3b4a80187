"""Reads workbooks (XLSX, ODS, XLSB) as rows of text, in a child process: see `sheets` and ADR 12."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from community.inventories.rows import Reading, Row, Unreadable, below_headings, matching
from community.inventories.sheets.book import DAMAGED, LONGEST_LINE, MOST_BYTES, TOO_LARGE
from community.inventories.text import DateText
from core.confined import ChildFailed, run_confined

MAX_UNPACKED_BYTES = 600_000_000
"""Larger workbooks are refused."""
MAX_UNPACK_RATIO = 200
"""The largest unpacked size over 20 MB, as a multiple of the packed size. A real spreadsheet reaches 20 to 60."""
MEMORY = 1_500_000_000
"""Memory limit of the child process, in bytes."""
SECONDS = 300
"""Processor time limit of the child process."""
SPREADSHEET, BINARY = b"spreadsheetml", b"vnd.ms-excel.sheet.binary"


def kind_of_workbook(path: Path) -> str:
    """Return "ods", "xlsb" or "xlsx". Raises `Unreadable` when the file is not a workbook, damaged, or too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename.replace("\\", "/").casefold(): part for part in parts}

            def content(name: str) -> bytes:
                return (
                    archive.read(names[name]) if name in names and names[name].file_size < 1_000_000 else b""
                )

            kind = ""
            if b"opendocument.spreadsheet" in content("mimetype"):
                kind = "ods"
            elif BINARY in (types := content("[content_types].xml")) or "xl/workbook.bin" in names:
                kind = "xlsb"
            elif SPREADSHEET in types or "xl/workbook.xml" in names:
                kind = "xlsx"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise Unreadable(
            _("%(file)s is damaged or cut off: it can’t be unpacked.") % {"file": path}
        ) from error
    if any(name.endswith(".iwa") for name in names):
        raise Unreadable(_("%(file)s is a Numbers document; export it as XLSX or CSV.") % {"file": path})
    if not kind:
        raise Unreadable(
            _("%(file)s is an archive, not a workbook (XLSX, ODS, XLSB); unpack it first.") % {"file": path}
        )
    size, packed = sum(part.file_size for part in parts), path.stat().st_size
    if size > MAX_UNPACKED_BYTES or (size > 20_000_000 and size > packed * MAX_UNPACK_RATIO):
        raise Unreadable(
            _("%(file)s unpacks to more than a workbook should; it is left alone.") % {"file": path}
        )
    return kind


def read_workbook(
    path: Path, kind: str, columns: dict[str, str], reading: Reading, pass_over: Callable[[int], None]
) -> Iterator[Row]:
    """Yield the rows of the chosen sheet. At the end, call `pass_over` with the number of skipped hidden rows."""
    sheets = list(read_child(path, "list", kind, "", reading))
    chosen = choose(path, sheets, columns, reading)

    def rows() -> Iterator[tuple[int, list[str]]]:
        with closing(read_child(path, "rows", kind, chosen["place"], reading)) as lines:
            for line in lines:
                if isinstance(line, dict):
                    pass_over(line["hidden_rows"])
                else:
                    yield line[0], line[1]

    try:
        yield from below_headings(rows(), columns, path)
    except Unreadable as error:
        hidden = [sheet["title"] for sheet in sheets if sheet["hidden"]]
        if not hidden or reading.sheet:
            raise
        sentence = _("Its hidden sheets are read only when named: %(names)s.") % {"names": ", ".join(hidden)}
        raise Unreadable(f"{error} {sentence}") from error


def choose(
    path: Path, sheets: list[dict[str, Any]], columns: dict[str, str], reading: Reading
) -> dict[str, Any]:
    """Return the sheet to read: the named one, or the visible one that matches most columns.

    Raises `Unreadable` when there is none, or when several match all columns and none is named.
    """
    if reading.sheet:
        named = [sheet for sheet in sheets if sheet["title"] == reading.sheet]
        if not named:
            raise Unreadable(
                _("%(file)s has no sheet “%(sheet)s”; it has: %(names)s.")
                % {
                    "file": path,
                    "sheet": reading.sheet,
                    "names": ", ".join(sheet["title"] for sheet in sheets),
                }
            )
        return named[0]
    visible = [sheet for sheet in sheets if not sheet["hidden"]]
    if not visible:
        raise Unreadable(_("%(file)s has no sheet that is not hidden.") % {"file": path})

    def matched_columns(sheet: dict[str, Any]) -> int:
        return max((matching(columns, row) for row in sheet["first"]), default=0)

    fitting = [sheet for sheet in visible if matched_columns(sheet) == len(columns)]
    if len(fitting) > 1:
        names = ", ".join(f"“{sheet['title']}”" for sheet in fitting)
        raise Unreadable(
            _("%(file)s has several sheets that fit: %(names)s. Name one with --sheet, or in the mapping.")
            % {"file": path, "names": names}
        )
    return max(visible, key=matched_columns)


def read_child(path: Path, command: str, kind: str, place: str, reading: Reading) -> Generator[Any]:
    """Yield the output of the child process, line by line."""
    module = "community.inventories.sheets"
    arguments = (command, kind, str(path.resolve()), place, "hidden" if reading.hidden else "")
    try:
        child = run_confined(
            module,
            *arguments,
            memory=MEMORY,
            seconds=SECONDS,
            longest_line=LONGEST_LINE,
            most=MOST_BYTES,
        )
        with closing(child) as lines:
            for line in lines:
                # A process that was stopped may leave an incomplete last line.
                if line.endswith(b"\n"):
                    yield json.loads(line, object_hook=as_date)
    except ChildFailed as failure:
        if failure.status == DAMAGED:
            raise Unreadable(
                _("%(file)s is damaged or cut off: it can’t be read to its end.") % {"file": path}
            ) from failure
        if failure.status == TOO_LARGE:
            raise Unreadable(
                _(
                    "%(file)s holds more than is read of a workbook: more than %(bytes)d MB of text, or more rows or "
                    "columns than a sheet can have."
                )
                % {"file": path, "bytes": MOST_BYTES // 1_000_000}
            ) from failure
        if not failure.met_a_limit:
            raise Unreadable(
                _("%(file)s can’t be read: its reader ended with status %(status)d.")
                % {"file": path, "status": failure.status}
            ) from failure
        raise Unreadable(
            _("%(file)s asks for more memory or time than a workbook should; it is left alone.")
            % {"file": path}
        ) from failure


def as_date(found: dict[str, Any]) -> Any:
    return DateText(found["date"]) if found.keys() == {"date"} else found

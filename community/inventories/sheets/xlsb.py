"""Reads XLSB, Excel's binary workbook. python-calamine reads the cells, but not hidden rows and columns, merged areas
and number formats. These are read here from the sheet's records ([MS-XLSB] 2.1.4: type, length, data)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.xml.functions import fromstring
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from community.inventories.sheets import shown
from community.inventories.sheets.book import Cell, MergedCells, Table

ROW, CELL_RK, CELL_REAL, FORMULA_NUMBER = 0, 2, 5, 9
BEGIN_CELL_FORMATS, END_CELL_FORMATS, CELL_FORMAT, NUMBER_FORMAT = 617, 618, 47, 44
COLUMN, MERGED = 60, 176


class Workbook:
    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        try:
            self.book = CalamineWorkbook.from_path(str(path))
        except CalamineError as error:
            raise ValueError(str(error)) from error
        self.tables = [
            Table(sheet.name, sheet.visible != SheetVisibleEnum.Visible, sheet.name)
            for sheet in self.book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        self.parts = self.sheet_parts()
        self.formats = self.cell_formats()

    def sheet_parts(self) -> dict[str, str]:
        """Return the part of the archive that holds each sheet's records, by title."""
        rels = fromstring(self.archive.read("xl/_rels/workbook.bin.rels"))
        targets = {rel.get("Id"): (rel.get("Target") or "").removeprefix("/xl/") for rel in rels}
        found = {}
        for kind, data in records(self.archive.read("xl/workbook.bin")):
            if kind == 156:
                relation, rest = wide_string(data, 8)
                found[wide_string(data, rest)[0]] = "xl/" + targets[relation]
        return found

    def cell_formats(self) -> list[str]:
        """Return the number formats. A cell names one by its index."""
        if "xl/styles.bin" not in self.archive.namelist():
            return []
        custom: dict[int, str] = {}
        numbers: list[int] = []
        within = False
        for kind, data in records(self.archive.read("xl/styles.bin")):
            if kind == NUMBER_FORMAT:
                custom[struct.unpack_from("<H", data)[0]] = wide_string(data, 2)[0]
            elif kind in (BEGIN_CELL_FORMATS, END_CELL_FORMATS):
                within = kind == BEGIN_CELL_FORMATS
            elif kind == CELL_FORMAT and within:
                numbers.append(struct.unpack_from("<H", data, 2)[0])
        return [custom.get(number) or BUILTIN_FORMATS.get(number, "General") for number in numbers]

    def rows(self, table: Table, *, hidden: bool) -> Iterator[tuple[int, list[Cell]]]:
        merged, hidden_rows, hidden_columns, formats = self.layout(table)
        sheet = self.book.get_sheet_by_name(table.title)
        for number, values in enumerate(sheet.iter_rows(), start=1):
            cells = [
                ""
                if column in hidden_columns and not hidden
                else as_cell(value, formats.get((number, column)))
                for column, value in enumerate(values)
            ]
            merged.fill(number, cells)
            if number in hidden_rows and not hidden:
                table.hidden_rows += any(cells)
            else:
                yield number, cells

    def layout(self, table: Table) -> tuple[MergedCells, set[int], set[int], dict[tuple[int, int], str]]:
        merged, hidden_rows, hidden_columns = MergedCells(), set[int](), set[int]()
        formats: dict[tuple[int, int], str] = {}
        row = 0
        for kind, data in records(self.archive.read(self.parts[table.title])):
            if kind == ROW:
                row = struct.unpack_from("<I", data)[0] + 1
                if struct.unpack_from("<H", data, 10)[0] & 0x1000:
                    hidden_rows.add(row)
            elif kind in (CELL_RK, CELL_REAL, FORMULA_NUMBER):
                column, style = struct.unpack_from("<II", data)
                form = self.formats[style & 0xFFFFFF] if style & 0xFFFFFF < len(self.formats) else "General"
                if form != "General":
                    formats[row, column] = form
            elif kind == COLUMN and data[16] & 1:
                first, last = struct.unpack_from("<II", data)
                hidden_columns.update(range(first, min(last, 16_383) + 1))
            elif kind == MERGED:
                top, bottom, left, _right = struct.unpack_from("<IIII", data)
                merged.add(top + 1, bottom + 1, left)
        return merged, hidden_rows, hidden_columns, formats


def as_cell(value: Any, form: str | None) -> Cell:
    if isinstance(value, bool):
        return shown.TRUE if value else shown.FALSE
    if isinstance(value, int | float):
        return shown.shown(repr(value), form or "")
    if isinstance(value, datetime | date):
        return shown.as_date(value)
    if isinstance(value, timedelta | time):
        return str(value)
    return value


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each record's type and data. Type and length are stored in groups of seven bits, the lowest first."""
    file = io.BytesIO(content)
    while start := file.read(1):
        kind = start[0] & 0x7F
        if start[0] & 0x80:
            kind |= (file.read(1)[0] & 0x7F) << 7
        length = shift = 0
        while True:
            byte = file.read(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, file.read(length)


def wide_string(data: bytes, at: int) -> tuple[str, int]:
    """Return the string that follows its length at offset `at`, and the offset of its end."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end

"""Reads XLSX. openpyxl reads the workbook, its strings and its styles; the sheets are read here, row by row."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import from_ISO8601
from openpyxl.utils.escape import unescape
from openpyxl.xml.functions import iterparse

from community.inventories.sheets import shown
from community.inventories.sheets.book import LAST_COLUMN, Cell, MergedCells, Table

STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
TRANSITIONAL = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
"""Excel can also save a workbook as "Strict Open XML", with other names for the same namespaces."""
_NOT_LETTERS = re.compile(r"[^A-Z]+")


class Archive(zipfile.ZipFile):
    """A ZIP file that ignores the case and the kind of slashes in names of parts."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.parts = {self.key(part.filename): part for part in self.infolist()}

    @staticmethod
    def key(name: str) -> str:
        return name.replace("\\", "/").lstrip("/").casefold()

    def getinfo(self, name: str) -> zipfile.ZipInfo:
        return self.parts[self.key(name)]

    def namelist(self) -> list[str]:
        return list(self.parts)

    def open(self, name: Any, mode: Any = "r", pwd: bytes | None = None, **options: Any) -> IO[bytes]:
        """Open a sheet as a stream. Read any other part whole, with the namespaces of `TRANSITIONAL`."""
        file = super().open(name, mode, pwd, **options)
        if "worksheets" in str(name):
            return file
        content = file.read()
        for strict, transitional in TRANSITIONAL.items():
            content = content.replace(strict, transitional)
        return io.BytesIO(content)


class Workbook:
    def __init__(self, path: Path) -> None:
        self.archive = Archive(path)
        with path.open("rb") as file:
            reader = ExcelReader(file, read_only=True, keep_links=False)
        reader.archive = self.archive
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        if styles := reader.package.find(STYLES):
            self.archive.parts["xl/styles.xml"] = self.archive.getinfo(styles.PartName)
        apply_stylesheet(self.archive, reader.wb)
        self.strings = list(map(written, reader.shared_strings))
        self.epoch = reader.wb.epoch
        custom = reader.wb._number_formats
        numbers = [style.numFmtId for style in reader.wb._cell_styles]
        self.formats = [
            BUILTIN_FORMATS.get(number, "General")
            if number < BUILTIN_FORMATS_MAX_SIZE
            else custom[number - BUILTIN_FORMATS_MAX_SIZE]
            for number in numbers
        ]
        self.tables = [
            Table(sheet.name, sheet.state != "visible", rel.target)
            for sheet, rel in reader.parser.find_sheets()
            if rel.Type.endswith("/worksheet")
        ]

    def rows(self, table: Table, *, hidden: bool) -> Iterator[tuple[int, list[Cell]]]:
        layout = SheetLayout(self.archive.open(table.place))
        number = 0
        with self.archive.open(table.place) as file:
            events = iterparse(file, ("start", "end"))
            _start, root = next(events)
            for event, element in events:
                if event == "start" or local(element) != "row":
                    continue
                number = int(element.get("r") or number + 1)
                cells = self.cells(element)
                element.clear()
                # Free the rows read so far. sheetData is the last child of the root that has begun.
                root[-1].clear()
                if not hidden:
                    cells = [
                        "" if column in layout.hidden_columns else cell for column, cell in enumerate(cells)
                    ]
                layout.merged.fill(number, cells)
                if number in layout.hidden_rows and not hidden:
                    table.hidden_rows += any(cells)
                else:
                    yield number, cells

    def cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            if reference := element.get("r"):
                column = column_of(reference)
                cells += [""] * (column - len(cells))
            cells.append(self.cell(element))
        return cells

    def cell(self, element: Element) -> Cell:
        """Return the value of a cell. A formula has the result stored with it, or is text if none is stored."""
        kind, value, formula = element.get("t", "n"), None, None
        for child in element:
            name = local(child)
            if name == "v":
                value = child.text
            elif name == "f":
                formula = child.text or ""
            elif name == "is":
                value = written("".join(inline_text(child)))
        if value is None:
            return "" if formula is None else f"={formula}"
        if kind == "s":
            return self.strings[int(value)]
        if kind == "b":
            return shown.TRUE if value.strip() in ("1", "true") else shown.FALSE
        if kind == "d":
            return shown.as_date(from_ISO8601(value))
        if kind == "n":
            style = int(element.get("s") or 0)
            return shown.shown(value, self.formats[style] if style < len(self.formats) else "", self.epoch)
        return written(value)


class SheetLayout:
    """The hidden rows and columns and the merged areas of a sheet. In the file, merged areas follow the rows, so they
    are read in a pass of their own."""

    def __init__(self, file: IO[bytes]) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged = MergedCells()
        self.row = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.element
        with file:
            parser.ParseFile(file)

    def element(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes.get("r") or self.row + 1)
            if is_true(attributes.get("hidden")):
                self.hidden_rows.add(self.row)
        elif name == "col" and is_true(attributes.get("hidden")):
            last = min(int(attributes["max"]), LAST_COLUMN)
            self.hidden_columns.update(range(int(attributes["min"]) - 1, last))
        elif name == "mergeCell":
            left, top, _right, bottom = range_boundaries(attributes["ref"])
            self.merged.add(top or 1, bottom or 1, (left or 1) - 1)


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def is_true(value: str | None) -> bool:
    return value in ("1", "true")


def column_of(reference: str) -> int:
    """Return the column of a reference such as "B7", counted from 0. Raises `ValueError` beyond the last column."""
    column, letters = 0, _NOT_LETTERS.sub("", reference)
    for letter in letters[:4]:  # The last column, XFD, has three.
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= LAST_COLUMN:
        raise ValueError(reference)
    return column - 1


def inline_text(element: Element) -> Iterator[str]:
    """Yield the text without phonetic guides (rPh)."""
    for child in element:
        if local(child) == "t":
            yield child.text or ""
        elif local(child) == "r":
            yield from inline_text(child)


def written(text: str) -> str:
    """Decode escapes such as "_x000D_", which stand for characters that XML does not allow."""
    return unescape(text) if "_x" in text else text

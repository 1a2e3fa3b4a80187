"""Reads ODS, the format of LibreOffice. Its XML has the text that each cell shows, and what is hidden, merged or
repeated."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from openpyxl.xml.functions import iterparse

from community.inventories.sheets import shown
from community.inventories.sheets.book import (
    LAST_COLUMN,
    LAST_ROW,
    Cell,
    MergedCells,
    Table,
    TooLarge,
)

OFFICE, TABLE, TEXT, STYLE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text", "style")
)
NAME, STYLE_NAME, VISIBILITY = f"{TABLE}name", f"{TABLE}style-name", f"{TABLE}visibility"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
HIDDEN = ("collapse", "filter")


class Workbook:
    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        self.tables: list[Table] = []
        hidden_styles: set[str] = set()
        for event, element in self.elements():
            if event == "start" and element.tag == f"{TABLE}table":
                place = str(len(self.tables))
                hidden = element.get(STYLE_NAME) in hidden_styles
                self.tables.append(Table(element.get(NAME, place), hidden, place))
            elif event == "end" and element.tag == f"{STYLE}style":
                properties = element.find(f"{STYLE}table-properties")
                if properties is not None and properties.get(f"{TABLE}display") == "false":
                    hidden_styles.add(element.get(f"{STYLE}name", ""))

    def elements(self) -> Iterator[tuple[str, Element]]:
        """Yield the parser events of content.xml. A row is freed after its end event."""
        with self.archive.open("content.xml") as file:
            path: list[Element] = []
            for event, element in iterparse(file, ("start", "end")):
                if event == "start":
                    path.append(element)
                yield event, element
                if event == "end":
                    path.pop()
                    if element.tag == f"{TABLE}table-row" and path:
                        path[-1].remove(element)

    def rows(self, table: Table, *, hidden: bool) -> Iterator[tuple[int, list[Cell]]]:
        merged, hidden_columns = MergedCells(), set[int]()
        at, number, columns = -1, 0, 0
        for event, element in self.elements():
            at += event == "start" and element.tag == f"{TABLE}table"
            if at != int(table.place):
                if at > int(table.place):
                    return
                continue
            if event == "start":
                continue
            if element.tag == f"{TABLE}table-column":
                last = min(columns + repeated(element, "columns"), LAST_COLUMN)
                if element.get(VISIBILITY) in HIDDEN:
                    hidden_columns.update(range(columns, last))
                columns = last
            elif element.tag == f"{TABLE}table-row":
                cells = self.cells(element, number + 1, merged)
                if not hidden:
                    cells = ["" if column in hidden_columns else cell for column, cell in enumerate(cells)]
                times = repeated(element, "rows")
                if any(cells) and number + times > LAST_ROW:
                    raise TooLarge
                # The file ends with an empty row that is repeated to the end of the sheet: skip empty rows.
                for at_row in range(number + 1, number + 1 + times) if any(cells) else ():
                    merged.fill(at_row, filled := list(cells))
                    if element.get(VISIBILITY) in HIDDEN and not hidden:
                        table.hidden_rows += 1
                    else:
                        yield at_row, filled
                number += times

    def cells(self, row: Element, number: int, merged: MergedCells) -> list[Cell]:
        cells: list[Cell] = []
        blanks = 0
        for element in row:
            if element.tag not in CELLS:
                continue
            times = repeated(element, "columns")
            value = cell(element) if element.tag == CELLS[0] else ""
            if not value:
                blanks += times
                continue
            if len(cells) + blanks + times > LAST_COLUMN:
                raise TooLarge
            cells += [""] * blanks
            blanks = 0
            spanned = int(element.get(f"{TABLE}number-rows-spanned") or 1)
            merged.add(number, number + spanned - 1, len(cells))
            cells += [value] * times
        return cells


def repeated(element: Element, what: str) -> int:
    """Return how often the element is repeated. A file can name any number, so `rows` and `cells` check the limits of a
    sheet before they make copies."""
    return max(1, int(element.get(f"{TABLE}number-{what}-repeated") or 1))


def cell(element: Element) -> Cell:
    kind = element.get(f"{OFFICE}value-type", "")
    if kind == "date":
        return shown.as_date(datetime.fromisoformat(element.get(f"{OFFICE}date-value", "")))
    if kind == "boolean":
        return shown.TRUE if element.get(f"{OFFICE}boolean-value") == "true" else shown.FALSE
    text = "\n".join("".join(text_of(child)) for child in element if child.tag == f"{TEXT}p")
    return text or shown.plain(element.get(f"{OFFICE}value", ""))


def text_of(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph. Blanks, tabs and line breaks are elements; other namespaces are skipped."""
    name = element.tag.removeprefix(TEXT)
    if name == "s":
        yield " " * min(int(element.get(f"{TEXT}c") or 1), 1000)
    elif name in ("tab", "line-break"):
        yield "\t" if name == "tab" else "\n"
    elif element.tag.startswith(TEXT):
        yield element.text or ""
        for child in element:
            yield from text_of(child)
            yield child.tail or ""

"""Builds workbooks for tests: ODS part by part and XLSB record by record, because no package writes them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Rows = Sequence[Sequence[Any]]

# ODS

NAMES = "office table text style"
ODS_HEAD = "<office:document-content {}><office:automatic-styles>{}</office:automatic-styles>".format(
    " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES.split()),
    '<style:style style:name="out" style:family="table"><style:table-properties table:display="false"/></style:style>',
)


def ods_cell(value: Any) -> str:
    """Return the XML of a cell. (value, shown) is a number or date with other text; {"rows": n, "text": …} spans rows;
    None is covered by such a cell.
    """
    if value is None:
        return "<table:covered-table-cell/>"
    if isinstance(value, Mapping):
        span = f'table:number-columns-spanned="1" table:number-rows-spanned="{value["rows"]}"'
        return f"<table:table-cell {span}><text:p>{escape(value['text'])}</text:p></table:table-cell>"
    if isinstance(value, tuple):
        kind = "date" if isinstance(value[0], date) else "float"
        name = "date-value" if kind == "date" else "value"
        held = f'office:{name}="{value[0]}"'
        shown = f"<text:p>{escape(value[1])}</text:p>"
        return f'<table:table-cell office:value-type="{kind}" {held}>{shown}</table:table-cell>'
    return f"<table:table-cell><text:p>{escape(str(value))}</text:p></table:table-cell>"


def as_ods(
    path: Path, sheets: Mapping[str, Rows], *, hidden: Collection[str] = (), hidden_rows: Collection[int] = ()
) -> Path:
    """Write sheets by name; rows are numbered from 1. Each sheet ends with repeated empty rows, as in LibreOffice."""
    tables = ""
    for name, rows in sheets.items():
        lines = ""
        for number, row in enumerate(rows, start=1):
            state = ' table:visibility="collapse"' if number in hidden_rows else ""
            lines += f"<table:table-row{state}>{''.join(map(ods_cell, row))}</table:table-row>"
        style = ' table:style-name="out"' if name in hidden else ""
        rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        tables += f"<table:table table:name={quoteattr(name)}{style}>{lines}{rest}</table:table>"
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"{ODS_HEAD}{body}</office:document-content>")
    return path


# XLSB ([MS-XLSB] 2.1.4)

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = {164: "0000", 165: "yyyy-mm-dd"}
"""Number formats of the cells' styles 1 and 2; style 0 is "General"."""


def xlsb_record(kind: int, data: bytes = b"") -> bytes:
    """Return the record: type and length in groups of seven bits, the lowest first, then the data."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    while size >= 0x80:
        head, size = head + bytes([size & 0x7F | 0x80]), size >> 7
    return head + bytes([size]) + data


def wide(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def xlsb_cell(column: int, value: Any) -> bytes:
    """Return the record of a cell; (number, style) is a number with a style."""
    number, style = value if isinstance(value, tuple) else (value, 0)
    head = struct.pack("<II", column, style)
    if isinstance(number, bool):
        return xlsb_record(4, head + bytes([number]))
    if isinstance(number, int | float):
        return xlsb_record(5, head + struct.pack("<d", number))
    return xlsb_record(6, head + wide(str(number)))


def xlsb_sheet(
    rows: Mapping[int, Mapping[int, Any]],
    hidden_rows: Collection[int],
    merged: Sequence[tuple[int, int, int]],
) -> bytes:
    last_row, last_column = max(rows), max(column for row in rows.values() for column in row)
    found = xlsb_record(129) + xlsb_record(148, struct.pack("<IIII", 0, last_row - 1, 0, last_column))
    found += xlsb_record(145)
    for number, cells in rows.items():
        flags = 0x1000 if number in hidden_rows else 0
        found += xlsb_record(0, struct.pack("<IIHHBI", number - 1, 0, 300, flags, 0, 0))
        found += b"".join(xlsb_cell(column, value) for column, value in cells.items() if value is not None)
    found += xlsb_record(146)
    if merged:
        found += xlsb_record(177, struct.pack("<I", len(merged)))
        for top, bottom, column in merged:
            found += xlsb_record(176, struct.pack("<IIII", top - 1, bottom - 1, column, column))
        found += xlsb_record(178)
    return found + xlsb_record(130)


def as_xlsb(
    path: Path,
    sheets: Mapping[str, Rows | Mapping[int, Mapping[int, Any]]],
    *,
    hidden: Collection[str] = (),
    hidden_rows: Collection[int] = (),
    merged: Sequence[tuple[int, int, int]] = (),
) -> Path:
    """Write sheets by name, each as rows or as {row from 1: {column from 0: value}}.

    `merged` holds (first row, last row, column).
    """
    listed, targets = b"", []
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            if not isinstance(rows, Mapping):
                rows = {at: dict(enumerate(row)) for at, row in enumerate(rows, start=1)}
            state = struct.pack("<II", int(name in hidden), number)
            listed += xlsb_record(156, state + wide(f"rId{number}") + wide(name))
            targets.append(("worksheet", f"worksheets/sheet{number}.bin"))
            archive.writestr(f"xl/worksheets/sheet{number}.bin", xlsb_sheet(rows, hidden_rows, merged))
        styles = xlsb_record(278) + xlsb_record(615, struct.pack("<I", len(FORMATS)))
        styles += b"".join(
            xlsb_record(44, struct.pack("<H", at) + wide(form)) for at, form in FORMATS.items()
        )
        styles += xlsb_record(616) + xlsb_record(617, struct.pack("<I", len(FORMATS) + 1))
        styles += b"".join(xlsb_record(47, struct.pack("<HH12x", 0, form)) for form in (0, *FORMATS))
        archive.writestr("xl/styles.bin", styles + xlsb_record(618) + xlsb_record(279))
        book = xlsb_record(131) + xlsb_record(143) + listed + xlsb_record(144) + xlsb_record(132)
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", relations(*targets, ("styles", "styles.bin")))
        archive.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.bin")))
        archive.writestr("[Content_Types].xml", TYPES)
    return path

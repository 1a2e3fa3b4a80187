"""Workbooks: visible content is read, hidden content is not, and no file crashes the process."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from django.core.management import CommandError
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from community.inventories.reading import open_inventory
from community.inventories.rows import Reading, Row, Unreadable
from community.inventories.sheets.book import LONGEST_LINE, MOST_BYTES
from community.inventories.sheets.shown import shown
from community.inventories.text import DateText
from community.inventories.workbooks import MEMORY, read_child
from community.projects.models import Project
from core.confined import run_confined
from tests.community.inventories.workbooks import as_ods, as_xlsb
from tests.support.inventories import HEADINGS, Inventory, counts, record

Make = Callable[[Worksheet], object]


def line(number: int = 1, **cells: Any) -> list[Any]:
    return [record(number, **cells)[heading] for heading in HEADINGS]


def book(path: Path, **sheets: Make) -> Path:
    made = Workbook()
    made.remove(made.active)
    for title, make in sheets.items():
        make(made.create_sheet(title))
    made.save(path)
    return path


def listed(*rows: list[Any], hidden: bool = False, row_hidden: int = 0) -> Make:
    def make(sheet: Worksheet) -> None:
        for row in (list(HEADINGS), *rows):
            sheet.append(row)
        if hidden:
            sheet.sheet_state = "veryHidden"
        if row_hidden:
            sheet.row_dimensions[row_hidden].hidden = True

    return make


def rows_of(path: Path, *columns: str, **reading: Any) -> list[Row]:
    return list(open_inventory(path, columns or ("Id",), Reading(**reading)))


def titles() -> set[str]:
    return set(Project.objects.values_list("title", flat=True))


# The text that a cell shows


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        ("114", "0000", "0114"),
        ("114", "General", "114"),
        ("114", "@", "114"),
        ("7", '"AI-"000', "AI-007"),
        ("12345", "000\\ 00", "123 45"),
        ("9001011234", "000000-0000", "900101-1234"),
        ("1234567.5", "#,##0.00", "1234567.50"),
        ("0.256", "0%", "26%"),
        ("0.256", "0.0%", "25.6%"),
        ("0.5", "0.##", "0.5"),
        ("3", "0.##", "3"),
        ("25", '0" kr"', "25 kr"),
        ("-5", "0", "-5"),
        ("-5", '0;"minus "0', "minus 5"),
        ("1", '"Ja";;"Nej"', "Ja"),
        ("0", '"Ja";;"Nej"', "Nej"),
        ("0.30000000000000004", "General", "0.3"),
        ("1E+2", "General", "100"),
        ("1234567890123456", "General", "1234567890123456"),
        ("0.5", "# ?/?", "0.5"),
        ("12000", "0.0E+00", "12000"),
        ("12", "[>10]0;00", "12"),
        ("5", "[Red]00", "05"),
        ("1e400", "0", "1E+400"),
        ("not a number", "0000", "not a number"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(number: str, form: str, text: str) -> None:
    assert shown(number, form) == text


@pytest.mark.parametrize(
    ("number", "form", "cell"),
    [
        ("45352", "mm-dd-yy", {"date": "2024-03-01"}),
        ("45352", "mmmm yyyy", {"date": "2024-03-01"}),
        ("45352.5", "yyyy-mm-dd hh:mm", {"date": "2024-03-01T12:00:00"}),
        ("0.4375", "hh:mm", "10:30:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("99999999", "yyyy-mm-dd", "99999999"),
    ],
)
def test_a_date_is_read_as_a_date_in_each_format(number: str, form: str, cell: object) -> None:
    assert shown(number, form) == cell


def test_typed_cells_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    def make(sheet: Worksheet) -> None:
        moment = datetime.combine(date(2024, 3, 1), time(10, 30))
        sheet.append(["Id", "A", "B", "C", "D", "E"])
        sheet.append([1, date(2024, 3, 1), moment, True, time(10, 30), timedelta(hours=36)])
        sheet["A2"].number_format = "000"

    [row] = rows_of(book(tmp_path / "typed.xlsx", Lista=make), *"ABCDE", "Id")
    assert row.cells == {
        "id": "001",
        "a": "2024-03-01",
        "b": "2024-03-01T10:30:00",
        "c": "TRUE",
        "d": "10:30:00",
        "e": "36:00",
    }
    assert isinstance(row.cells["a"], DateText)


@pytest.mark.parametrize("form", ["ods", "xlsb"])
def test_other_kinds_of_workbooks_give_the_same_rows(inventory: Inventory, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"list.{form}"
    if form == "ods":
        cells = {"Id": (7, "007"), "Words": (date(2024, 3, 1), "1 mars 2024")}
        as_ods(path, {"Lista": [HEADINGS, line(**cells), line(2)]})
    else:
        as_xlsb(path, {"Lista": [HEADINGS, line(Id=(7, 1), Words=(45352, 2)), line(2)]})
    assert counts(inventory.load(path)) == {"created": 2}
    project = Project.objects.get(title="Sort letters 1")
    assert project.provenance.record_id in ("007", "0007")
    assert list(project.tags.names()) == ["2024-03-01"]


# Sheets and rows that are read


def make_hidden(path: Path) -> Path:
    """Write a workbook with a hidden row 3, a hidden sheet "Internt" and a visible sheet "Publicerad"."""
    public, internal = [HEADINGS, line(1), line(2), line(3)], [HEADINGS, line(9)]
    if path.suffix == ".ods":
        return as_ods(path, {"Internt": internal, "Publicerad": public}, hidden={"Internt"}, hidden_rows={3})
    if path.suffix == ".xlsb":
        return as_xlsb(path, {"Internt": internal, "Publicerad": public}, hidden={"Internt"}, hidden_rows={3})
    return book(path, Internt=listed(line(9), hidden=True), Publicerad=listed(*public[1:], row_hidden=3))


@pytest.mark.parametrize("form", ["xlsx", "ods", "xlsb"])
def test_hidden_sheets_and_rows_are_read_only_when_requested(
    inventory: Inventory, tmp_path: Path, form: str
) -> None:
    path = make_hidden(tmp_path / f"hidden.{form}")
    report = inventory.load(path)
    assert titles() == {"Sort letters 1", "Sort letters 3"}
    assert report["hidden_rows"] == 1
    report = inventory.load(path, hidden=True)
    assert (counts(report), report["hidden_rows"]) == ({"created": 1, "unchanged": 2}, 0)
    assert counts(inventory.load(path, sheet="Internt")) == {"created": 1}
    assert "Sort letters 9" in titles()


def test_a_filtered_row_and_a_hidden_column_are_hidden_too(inventory: Inventory, tmp_path: Path) -> None:
    def make(sheet: Worksheet) -> None:
        for row in (["Id", "Title", "Note"], ["1", "One", "x"], ["2", "Two", "y"]):
            sheet.append(row)
        sheet.auto_filter.ref = "A1:C3"
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True

    path = book(tmp_path / "filtered.xlsx", Lista=make)
    assert [row.cells for row in rows_of(path, "Id", "Title")] == [{"id": "2", "title": "Two"}]
    with pytest.raises(Unreadable, match="lacks these columns of the layout: Note"):
        rows_of(path, "Id", "Note")
    assert len(rows_of(path, "Id", "Note", hidden=True)) == 2


def test_several_matching_sheets_are_refused_until_one_is_named(inventory: Inventory, tmp_path: Path) -> None:
    path = book(
        tmp_path / "years.xlsx", **{"2023": listed(line(1)), "2024": listed(line(2)), "Om": lambda _: None}
    )
    with pytest.raises(CommandError) as refused:
        inventory.load(path)
    assert "several sheets that fit: “2023”, “2024”" in str(refused.value)
    assert not Project.objects.exists()
    inventory.load(path, sheet="2023")
    inventory.mapping.write_text(
        inventory.mapping.read_text(encoding="utf-8").replace("[inventory]", '[inventory]\nsheet = "2024"'),
        encoding="utf-8",
    )
    inventory.load(path)
    assert titles() == {"Sort letters 1", "Sort letters 2"}


def test_the_message_names_a_hidden_sheet_if_no_other_matches(inventory: Inventory, tmp_path: Path) -> None:
    path = book(
        tmp_path / "all.xlsx", Internt=listed(line(1), hidden=True), Om=lambda sheet: sheet.append(["Om"])
    )
    with pytest.raises(CommandError, match="hidden sheets are read only when named: Internt"):
        inventory.load(path)


@pytest.mark.parametrize("form", ["xlsx", "ods", "xlsb"])
def test_a_merged_cell_fills_its_rows_and_no_blank_ones(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"merged.{form}"
    rows = [["Body", "Id"], ["Växjö kommun", "1"], [None, "2"], [None, None], ["Nacka kommun", "3"]]
    if form == "xlsx":

        def make(sheet: Worksheet) -> None:
            for row in rows:
                sheet.append(row)
            sheet.merge_cells("A2:A4")

        book(path, Lista=make)
    elif form == "ods":
        as_ods(path, {"Lista": [rows[0], [{"rows": 3, "text": "Växjö kommun"}, "1"], *rows[2:]]})
    else:
        as_xlsb(path, {"Lista": rows}, merged=[(2, 4, 0)])
    assert [(row.number, row.cells["body"]) for row in rows_of(path, "Body", "Id")] == [
        (2, "Växjö kommun"),
        (3, "Växjö kommun"),
        (5, "Nacka kommun"),
    ]


def test_rows_have_the_numbers_that_a_spreadsheet_program_shows(inventory: Inventory, tmp_path: Path) -> None:
    def make(sheet: Worksheet) -> None:
        sheet["A1"] = "Our list"
        for column, heading in enumerate(HEADINGS, start=1):
            sheet.cell(4, column, heading)
        for column, value in enumerate(line(1, Name=""), start=1):
            sheet.cell(9, column, value)

    report = inventory.load(book(tmp_path / "gaps.xlsx", Lista=make))
    assert [(each["row"], each["id"]) for each in report["rejections"]] == [(9, "S-1")]


# Unusual files


def rewritten(path: Path, **changes: Callable[[bytes], bytes]) -> Path:
    """Rewrite some parts of the workbook; `names` changes the names of the parts."""
    rename = changes.pop("names", lambda name: name)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            for change in changes.values():
                content = change(content)
            archive.writestr(rename(name.encode()).decode(), content)
    return path


ODD: Mapping[str, dict[str, Callable[[bytes], bytes]]] = {
    "names in capitals": {"names": lambda name: name if b"Content" in name else name.upper()},
    "Strict Open XML": {
        "main": lambda part: part.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        "relations": lambda part: part.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    },
    "styles by another name": {
        "names": lambda name: name.replace(b"styles.xml", b"styles7.xml"),
        "content": lambda part: part.replace(b"styles.xml", b"styles7.xml"),
    },
    "rows without numbers": {
        "content": lambda part: part.replace(b'<row r="1"', b"<row").replace(b'<row r="2"', b"<row")
    },
}


@pytest.mark.parametrize("what", ODD)
def test_an_unusual_but_valid_workbook_is_read_the_same_way(tmp_path: Path, what: str) -> None:
    def make(sheet: Worksheet) -> None:
        sheet.append(["Id", "Start"])
        sheet.append([7, date(2024, 3, 1)])
        sheet["A2"].number_format = "000"

    path = rewritten(book(tmp_path / "odd.xlsx", Lista=make), **ODD[what])
    assert [row.cells for row in rows_of(path, "Id", "Start")] == [{"id": "007", "start": "2024-03-01"}]


def far_corner(path: Path) -> Path:
    """Write one row, and one cell in the last column of the last row. A dense table of it has 17,000 million cells."""
    if path.suffix == ".xlsb":
        cells = dict(enumerate(line()))
        return as_xlsb(path, {"Lista": {1: dict(enumerate(HEADINGS)), 2: cells, 1_048_576: {16_383: "x"}}})

    def make(sheet: Worksheet) -> None:
        listed(line())(sheet)
        sheet["XFD1048576"] = "x"

    return book(path, Lista=make)


def test_a_cell_in_the_last_row_and_column_needs_little_memory(inventory: Inventory, tmp_path: Path) -> None:
    path = far_corner(tmp_path / "far.xlsx")
    assert path.stat().st_size < 10_000
    report = inventory.load(path)
    assert counts(report) == {"created": 1, "rejected": 1}
    assert report["rejections"][0]["row"] == 1_048_576


def test_a_reader_that_exceeds_the_memory_limit_ends_without_the_import_process(
    inventory: Inventory, tmp_path: Path
) -> None:
    path = far_corner(tmp_path / "far.xlsb")
    with pytest.raises(CommandError, match="asks for more memory or time than a workbook should"):
        inventory.load(path)
    assert not Project.objects.exists()


TRILLION = b'"1000000000000"'
REPEATED: Mapping[str, Callable[[bytes], bytes]] = {
    "rows": lambda part: part.replace(
        b"<table:table-row>", b"<table:table-row table:number-rows-repeated=" + TRILLION + b">"
    ),
    "cells": lambda part: part.replace(
        b"<table:table-cell><text:p>S-1",
        b"<table:table-cell table:number-columns-repeated=" + TRILLION + b"><text:p>S-1",
    ),
    "blanks before a cell": lambda part: part.replace(
        b"<table:table-cell><text:p>S-1",
        b"<table:table-cell table:number-columns-repeated=" + TRILLION + b"/><table:table-cell><text:p>S-1",
    ),
}


@pytest.mark.parametrize("what", REPEATED)
def test_more_repetitions_than_a_sheet_has_cells_are_refused(
    inventory: Inventory, tmp_path: Path, what: str
) -> None:
    path = rewritten(as_ods(tmp_path / "many.ods", {"Lista": [HEADINGS, line()]}), change=REPEATED[what])
    with pytest.raises(CommandError, match="more rows or columns than a sheet can have"):
        inventory.load(path)
    assert not Project.objects.exists()


def test_blank_rows_and_columns_may_be_repeated_to_the_end_of_the_sheet(
    inventory: Inventory, tmp_path: Path
) -> None:
    path = rewritten(
        as_ods(tmp_path / "blank.ods", {"Lista": [HEADINGS, line()]}),
        rows=lambda part: part.replace(b'"1048000"', TRILLION),
        columns=lambda part: part.replace(
            b"<table:table-row>",
            b"<table:table-column table:visibility='visible' table:number-columns-repeated="
            + TRILLION
            + b"/><table:table-row>",
            1,
        ),
        cells=lambda part: part.replace(
            b"</table:table-row>",
            b"<table:table-cell table:number-columns-repeated=" + TRILLION + b"/></table:table-row>",
        ),
    )
    assert counts(inventory.load(path)) == {"created": 1}


def one_long_text(path: Path, length: int, rows: int) -> Path:
    """Write many rows whose cells share one long text, which the file stores once."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    book(path, Lista=listed(*([f"S-{number}", *["THE TEXT"] * 8] for number in range(rows))))
    rewritten(
        path,
        cells=lambda part: part.replace(b't="inlineStr"><is><t>THE TEXT</t></is>', b't="s"><v>0</v>'),
        types=lambda part: part.replace(
            b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
        ),
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{name}"><si><t>{"x" * length}</t></si></sst>')
    return path


def test_a_small_workbook_that_repeats_one_long_text_is_refused(inventory: Inventory, tmp_path: Path) -> None:
    path = one_long_text(tmp_path / "again.xlsx", 1_000_000, 600)
    assert path.stat().st_size < 40_000
    tracemalloc.start()
    try:
        with pytest.raises(CommandError, match="more than 200 MB of text"):
            inventory.load(path)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert not Project.objects.exists()


def test_a_row_longer_than_the_limit_between_the_processes_is_refused(
    inventory: Inventory, tmp_path: Path
) -> None:
    cells = [{"rows": 1, "text": "x" * 40_000}] * 200
    path = as_ods(tmp_path / "wide.ods", {"Lista": [HEADINGS, cells]})
    with pytest.raises(CommandError, match="more than 200 MB of text"):
        inventory.load(path)


def test_a_cell_that_is_too_long_is_cut_before_it_is_passed_on(inventory: Inventory, tmp_path: Path) -> None:
    cells = ["x" * 500_000 if heading == "About" else cell for heading, cell in record(2).items()]
    path = as_ods(tmp_path / "long.ods", {"Lista": [HEADINGS, line(1), cells, line(3)]})
    report = inventory.load(path)
    assert counts(report) == {"created": 2, "rejected": 1}
    assert report["rejections"][0]["reason"] == "A cell holds more than 50000 characters."
    assert {len(row.cells["about"]) for row in rows_of(path, "About") if row.fault} == {50_000}


@pytest.mark.parametrize(
    ("name", "sheet"),
    [("reference", b'<c r="' + b"A" * 2_000_000), ("reference of a column", b'<c r="XFE')],
)
def test_a_cell_outside_the_columns_of_a_sheet_counts_as_damage(
    inventory: Inventory, tmp_path: Path, name: str, sheet: bytes
) -> None:
    path = rewritten(
        book(tmp_path / f"{name}.xlsx", Lista=listed(line())),
        cells=lambda part: part.replace(b'<c r="A', sheet),
    )
    with pytest.raises(CommandError, match="is damaged or cut off"):
        inventory.load(path)


def test_an_overlong_number_format_is_ignored() -> None:
    before = process_time()
    assert shown("7", "[" * 1_000_000) == shown("7", "," * 1_000_000) == "7"
    assert process_time() - before < 1


@pytest.mark.parametrize("form", ["xlsx", "ods", "xlsb"])
def test_a_reader_needs_a_small_part_of_its_memory_limit(tmp_path: Path, form: str) -> None:
    """The limit counts address space, of which a process reserves more than it uses. So a tenth of it is tested."""
    rows = [HEADINGS, *(line(number) for number in range(2_000))]
    path = tmp_path / f"list.{form}"
    if form == "xlsx":
        book(path, Lista=listed(*rows[1:]))
    else:
        (as_ods if form == "ods" else as_xlsb)(path, {"Lista": rows})
    module = "community.inventories.sheets"
    arguments = ("list", form, str(path), "", "")
    limits = {"memory": MEMORY // 10, "seconds": 30, "longest_line": LONGEST_LINE, "most": MOST_BYTES}
    assert b"S-0" in b"".join(run_confined(module, *arguments, **limits))


def test_a_reader_that_fails_for_another_reason_does_not_report_the_limits(inventory: Inventory) -> None:
    with pytest.raises(Unreadable, match="its reader ended with status 1"):
        list(read_child(inventory.folder / "list.xls", "list", "kind_without_a_reader", "", Reading()))


def test_a_numbers_archive_is_refused_with_advice(inventory: Inventory, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.numbers", "w") as archive:
        archive.writestr("Index/Document.iwa", b"")
    with pytest.raises(CommandError, match="export it as XLSX or CSV"):
        inventory.load(tmp_path / "list.numbers")

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from community.inventories.importing import Report, import_inventory
from community.inventories.mapping import load_mapping
from community.inventories.models import ImportRun
from community.inventories.reading import open_inventory
from community.inventories.rows import Unreadable, heading_key
from community.organisations.models import Organisation
from community.projects.models import Project
from tests.support.inventories import HEADINGS, MAPPING, Inventory, as_csv, as_workbook, counts, record

SWEDISH = [record(1, Name="Läs brev på Åland"), record(2, Name="Hjälp i Öckerö – “snart”")]
TITLES = {"Läs brev på Åland", "Hjälp i Öckerö – “snart”"}


def titles() -> set[str]:
    return set(Project.objects.values_list("title", flat=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_detected(inventory: Inventory, encoding: str) -> None:
    assert counts(inventory.load(as_csv(SWEDISH).encode(encoding))) == {"created": 2}
    assert titles() == TITLES


def test_utf_16_with_a_byte_order_mark_is_read_in_both_byte_orders(inventory: Inventory) -> None:
    text = as_csv(SWEDISH)
    inventory.load(b"\xfe\xff" + text.encode("utf-16-be"))
    assert counts(inventory.load(b"\xff\xfe" + text.encode("utf-16-le"))) == {"unchanged": 2}
    assert titles() == TITLES


def test_one_invalid_byte_does_not_change_the_encoding_of_a_utf_8_file(inventory: Inventory) -> None:
    many = [record(n, Name=f"Läs brev på Åland {n}") for n in range(20)]
    inventory.load(as_csv(many).encode().replace("Åland 7,".encode(), b"\xc5land 7,", 1))
    assert "Läs brev på Åland 8" in titles()
    assert len(titles()) == 20


SWEDISH_TEXT = "Läs brev på Åland och i Öckerö, säger Göran"


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "cp437"])
def test_a_file_whose_detected_encoding_gives_improbable_text_is_refused(
    inventory: Inventory, encoding: str
) -> None:
    content = as_csv([record(1, Name=SWEDISH_TEXT)]).encode(encoding)
    with pytest.raises(CommandError, match="--encoding"):
        inventory.load(content)
    assert not ImportRun.objects.exists()
    inventory.load(content, encoding=encoding)
    assert titles() == {SWEDISH_TEXT}


@pytest.mark.parametrize(
    "text",
    [
        "“Hej”, sa hon – det är 5 °C, §12 och 3 × 4 = 12 m²",
        "Café ‘Zoë’ in Malmö–Lund: £5, ½ price, naïve façade…",
        "Žižkov, Škoda, œuvre, Ÿ, ¿Qué?, ¡Hola!, »Ja«, „Nein“, col·legi, l’été, Müller®, 3¾ µm",
    ],
)
def test_plausible_text_in_windows_1252_is_accepted(inventory: Inventory, text: str) -> None:
    inventory.load(as_csv([record(1, About=text)]).encode("cp1252"))
    assert Project.objects.get().description == text


def test_text_garbled_before_is_refused_and_accepted_with_a_named_encoding(inventory: Inventory) -> None:
    garbled = SWEDISH_TEXT.encode().decode("cp1252", errors="replace")
    content = as_csv([record(1, Name=garbled)]).encode()
    with pytest.raises(CommandError, match="garbled already"):
        inventory.load(content)
    assert counts(inventory.load(content, encoding="utf-8")) == {"created": 1}


@pytest.mark.parametrize("name", ["klingon", "base64", "hex", "zip"])
def test_an_unknown_encoding_is_refused(inventory: Inventory, name: str) -> None:
    with pytest.raises(CommandError, match=f"no encoding “{name}”"):
        inventory.load([record(1)], encoding=name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends_are_detected(inventory: Inventory, delimiter: str, line_end: str) -> None:
    records = [record(1, About="One, two; three.\nFour"), record(2)]
    text = as_csv(records, delimiter).replace("\r\n", line_end)
    assert counts(inventory.load(inventory.write(text, "inventory.txt"))) == {"created": 2}
    assert "One, two; three.\nFour" in Project.objects.values_list("description", flat=True)


def test_blank_lines_and_a_title_above_the_headings_are_skipped(inventory: Inventory) -> None:
    text = "Our inventory\r\n,,,\r\n" + as_csv([record(1), record(2)]).replace("S-2", "\r\nS-2")
    assert counts(inventory.load(text)) == {"created": 2}


def test_headings_may_differ_in_case_and_blanks(inventory: Inventory) -> None:
    text = as_csv([record()]).replace("Id,Name,", "\u00a0ID,  name ,")
    assert counts(inventory.load(text)) == {"created": 1}


def test_short_rows_are_filled_and_long_rows_are_left_out(inventory: Inventory) -> None:
    lines = as_csv([record(1), record(2), record(3), record(4)]).splitlines()
    lines[1] += ",,,"
    lines[2] += ",surplus"
    lines[3] = "S-3,A title"
    report = inventory.load("\n".join(lines))
    assert counts(report) == {"created": 2, "rejected": 2}
    assert [each["row"] for each in report["rejections"]] == [3, 4]
    assert "10 cells where the headings are 9" in report["rejections"][0]["reason"]


def test_rows_are_numbered_as_a_spreadsheet_program_numbers_them(inventory: Inventory) -> None:
    text = as_csv([record(1, About="One\nline\nand more"), record(2, Name=""), record(3, Name="")])
    report = inventory.load("Our list\r\n\r\n" + text.replace("S-3", "\r\nS-3"))
    assert [(each["row"], each["id"]) for each in report["rejections"]] == [(5, "S-2"), (7, "S-3")]


def test_a_line_of_json_is_numbered_as_an_editor_numbers_it(inventory: Inventory) -> None:
    lines = [json.dumps(record(1)), "", json.dumps(record(2, Name="")), "{broken"]
    report = inventory.load(inventory.write("\n".join(lines), "lines.ndjson"))
    assert [(each["row"], each["id"]) for each in report["rejections"]] == [(3, "S-2"), (4, "")]


def test_null_characters_in_cells_are_accepted(inventory: Inventory) -> None:
    inventory.load(as_csv([record(1, Name="So\x00rt letters")]))
    assert titles() == {"Sort letters"}


def test_an_unclosed_quotation_mark_rejects_only_its_row(inventory: Inventory) -> None:
    text = as_csv([record(1), record(2)]) + 'S-3,Title,"About this and\nthe rest of the file\n'
    report = inventory.load(text)
    assert counts(report) == {"created": 2, "rejected": 1}
    assert report["rejections"][0]["row"] == 4


def test_an_endless_cell_rejects_only_its_row(inventory: Inventory) -> None:
    report = inventory.load([record(1), record(2, About="x" * 200_000), record(3)])
    assert counts(report) == {"created": 2, "rejected": 1}
    assert report["rejections"][0]["row"] == 3
    assert "more than 50000 characters" in report["rejections"][0]["reason"]


def peak_of(work: Callable[[], object]) -> int:
    """Return the peak memory of the work in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ENDLESS = {"one cell": "x" * 5_000_000, "many cells": "x," * 2_500_000, "quoted lines": '"\n",' * 270_000}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_endless_row_is_not_kept_in_memory_and_rejects_only_itself(
    inventory: Inventory, what: str
) -> None:
    head, first, third = as_csv([record(1), record(3)]).splitlines()
    path = inventory.write("\n".join([head, first, ENDLESS[what], third, ""]))
    assert peak_of(lambda: open_inventory(path, HEADINGS)) < 60_000_000
    report = inventory.load(path)
    assert "Sort letters 1" in titles()
    assert report["rejections"][0]["row"] == 3
    if what != "quoted lines":
        assert counts(report) == {"created": 2, "rejected": 1}
        assert "Line 3 of the file is longer than 1000000 characters" in report["rejections"][0]["reason"]


@pytest.mark.parametrize("before", [1, 10])
def test_a_long_name_in_json_is_not_kept_for_each_value_below_it(inventory: Inventory, before: int) -> None:
    """A long name is refused in the records that identify the list, and cut in later records."""
    inner = {str(number): "" for number in range(2_000)}
    records = [record(number) for number in range(before)]
    path = inventory.write(json.dumps([*records, {"x" * 100_000: inner}]), "names.json")

    def read() -> None:
        if before == 1:
            with pytest.raises(Unreadable, match="names of more than 500 characters"):
                open_inventory(path, HEADINGS)
        else:
            assert len(open_inventory(path, HEADINGS)) == before + 1

    assert peak_of(read) < 10_000_000


def test_a_file_of_one_endless_line_is_refused_with_that_reason(inventory: Inventory) -> None:
    with pytest.raises(CommandError, match="Line 1 of the file is longer than 1000000 characters"):
        inventory.load("Id,Name," * 1_000_000)


def test_an_endless_heading_is_not_kept_in_memory(inventory: Inventory) -> None:
    names = ",".join(f"{number}{'x' * 40_000}" for number in range(20))
    path = inventory.write(names + "\n" + as_csv([record()]))
    assert counts(inventory.load(path)) == {"created": 1}
    assert len(heading_key("x" * 40_000)) == 500


def test_a_workbook_is_read(inventory: Inventory, tmp_path: Path) -> None:
    path = as_workbook(
        [record(7, Id=7, Name="=1+1"), record(8, Name='=HYPERLINK("https://e.org","Sort mail")')],
        tmp_path / "i.xlsx",
    )
    assert counts(inventory.load(path)) == {"created": 2}
    assert titles() == {"1+1", "Sort mail"}
    assert set(Project.objects.values_list("provenance__record_id", flat=True)) == {"7", "S-8"}


def test_the_sheet_with_the_headings_is_found(inventory: Inventory, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Read me first"])
    sheet = book.create_sheet("Cases")
    sheet.append(HEADINGS)
    sheet.append([record()[heading] for heading in HEADINGS])
    book.save(tmp_path / "two.xlsx")
    assert counts(inventory.load(tmp_path / "two.xlsx")) == {"created": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.json", json.dumps([record(1), record(2)])),
        ("list-without-a-name", json.dumps([record(1), record(2)], indent=2)),
        (
            "object.json",
            json.dumps({"made": "2025", "notes": ["a"], "cases": [record(1), record(2)], "n": 2}),
        ),
        ("lines.ndjson", "\n".join(map(json.dumps, [record(1), record(2)]))),
        ("lines.json", "\ufeff" + "\n\n".join(map(json.dumps, [record(1), record(2)])) + "\n"),
    ],
)
def test_json_of_several_shapes_is_read(inventory: Inventory, name: str, text: str) -> None:
    assert counts(inventory.load(inventory.write(text, name))) == {"created": 2}


RECORDS = [record(1), record(2)]
SHAPES: dict[str, Any] = {
    "CKAN's datastore": {"result": {"fields": [{"id": "Id"}, {"id": "Name"}], "records": RECORDS}},
    "CKAN's search": {"result": {"results": RECORDS, "facets": {"tags": [{"name": "ai"}]}}},
    "pages": [{"page": 1, "items": RECORDS[:1]}, {"page": 2, "items": RECORDS[1:]}],
    "lists of lists": [RECORDS[:1], RECORDS[1:]],
    "lists within an object": {"data": [[RECORDS[0]], [RECORDS[1]]]},
    "an object within records": {
        "cases": [{"n": n, "bodies": [{"x": 1}], **each} for n, each in enumerate(RECORDS)]
    },
    "no records": {"cases": []},
}


@pytest.mark.parametrize("what", SHAPES)
def test_the_list_of_records_is_found_among_other_values(inventory: Inventory, what: str) -> None:
    expected = {} if what == "no records" else {"created": 2}
    assert counts(inventory.load(inventory.write(json.dumps(SHAPES[what]), "shape.json"))) == expected


@pytest.mark.parametrize(("place", "title"), [("now", "Sort letters 1"), ("before.all", "Sort letters 2")])
def test_one_of_several_lists_is_named_by_its_path(inventory: Inventory, place: str, title: str) -> None:
    both = json.dumps({"now": [record(1)], "before": {"all": [record(2)]}})
    path = inventory.write(both, "both.json")
    with pytest.raises(CommandError) as refused:
        inventory.load(path)
    assert "now, before.all" in str(refused.value)
    assert not Project.objects.exists()
    inventory.mapping.write_text(
        MAPPING.replace("[inventory]", f'[inventory]\nrecords = "{place}"'), encoding="utf-8"
    )
    inventory.load(path)
    assert titles() == {title}


@pytest.mark.parametrize("name", ["a{}", "a.b{}", "a." * 200 + "{}"])
def test_the_time_to_find_the_list_is_linear_in_the_size_of_the_file(inventory: Inventory, name: str) -> None:
    """When the lists were compared in pairs, this took minutes."""
    lists = {name.format(number): [{"x": "1"}] for number in range(15_000)}
    path = inventory.write(json.dumps({**lists, "cases": [record(1)]}), "lists.json")
    before = process_time()
    assert counts(inventory.load(path)) == {"created": 1}
    path.write_text(json.dumps(lists), encoding="utf-8")
    with pytest.raises(CommandError):
        inventory.load(path)
    assert process_time() - before < 15


def test_a_missing_list_is_refused_with_its_path(inventory: Inventory) -> None:
    inventory.mapping.write_text(
        MAPPING.replace("[inventory]", '[inventory]\nrecords = "data"'), encoding="utf-8"
    )
    with pytest.raises(CommandError, match="no list “data”"):
        inventory.load(inventory.write(json.dumps({"cases": RECORDS}), "other.json"))


def test_json_values_of_all_types_become_text(inventory: Inventory) -> None:
    cells: dict[str, Any] = {"Id": 12.0, "Area": ["01.3", "09"], "About": None, "Words": True, "With": []}
    inventory.load(inventory.write(json.dumps([record(**cells), "no object", 5]), "values.json"))
    project = Project.objects.get()
    assert project.provenance.record_id == "12"
    assert {area.code for area in project.areas.all()} == {"01.3", "09"}
    assert project.description == ""


def test_an_item_that_is_no_object_rejects_only_its_row(inventory: Inventory) -> None:
    report = inventory.load(inventory.write(json.dumps([record(1), "no object", record(3)]), "items.json"))
    assert counts(report) == {"created": 2, "rejected": 1}
    assert report["rejections"][0]["row"] == 2


def test_a_long_json_list_is_read_in_chunks(inventory: Inventory) -> None:
    text = json.dumps([record(n, About="å" * 500 + ' \\ " [{') for n in range(300)])
    assert counts(inventory.load(inventory.write(text, "long.json"))) == {"created": 300}


def cut_off_workbook(folder: Path) -> Path:
    path = as_workbook([record(n) for n in range(200)], folder / "whole.xlsx")
    path.write_bytes(path.read_bytes()[:-400])
    return path


def damaged_workbook(folder: Path) -> Path:
    """Write a workbook with an intact directory and a damaged sheet."""
    path = as_workbook([record(n) for n in range(200)], folder / "damaged.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    return path


def bomb(folder: Path) -> Path:
    path = as_workbook([record()], folder / "bomb.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings2.xml", b"0" * 50_000_000)
    return path


def archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "files.zip", "w") as file:
        file.writestr("inventory.csv", as_csv([record()]))
    return folder / "files.zip"


UNREADABLE: dict[str, Any] = {
    "missing": lambda folder: folder / "nowhere.csv",
    "empty": b"",
    "only blanks": b"\n \n",
    "a folder": lambda folder: folder,
    "binary": bytes(range(256)) * 40,
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200),
    "a PDF": b"%PDF-1.7\n" + b"text " * 100,
    "compressed": b"\x1f\x8b\x08" + bytes(100),
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "no inventory": b"a,b,c\n1,2,3\n",
    "a column short": as_csv([record()]).replace("Status", "State").encode(),
    "prose": "Just a letter, with words.".encode("utf-16"),
    "malformed JSON": ("broken.json", b'[{"Id": "1", }]'),
    "JSON cut off": ("cut.json", json.dumps([record(n) for n in range(400)]).encode()[:-5]),
    "JSON without records": ("none.json", b'{"Id": "1", "n": 5}'),
    "JSON of two lists": ("two.json", json.dumps({"a": [record()], "b": [record()]}).encode()),
    "JSON nested without end": ("deep.json", b"[" * 200_000),
    "JSON in name only": ("name.json", as_csv([record()]).encode()),
    "a pipe": lambda folder: os.mkfifo(folder / "pipe") or folder / "pipe",
    "a workbook cut off": cut_off_workbook,
    "a damaged workbook": damaged_workbook,
    "a workbook that never ends": bomb,
    "an archive": archive,
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_file_is_refused_with_one_sentence_and_writes_nothing(
    inventory: Inventory, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    made = UNREADABLE[what]
    organisations = Organisation.objects.count()
    if callable(made):
        path = made(tmp_path)
    else:
        path = inventory.write(*reversed(made)) if isinstance(made, tuple) else inventory.write(made)
    with pytest.raises(CommandError) as refused:
        call_command("import_inventory", str(path), mapping=str(inventory.mapping), json=True)
    assert refused.value.returncode == 2
    sentence = str(refused.value)
    assert str(path) in sentence
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert capsys.readouterr().out == ""
    assert not ImportRun.objects.exists()
    assert not Project.objects.exists()
    assert Organisation.objects.count() == organisations


def test_a_file_that_fails_on_the_second_reading_is_rolled_back(inventory: Inventory, tmp_path: Path) -> None:
    organisations = Organisation.objects.count()
    layout = load_mapping(inventory.mapping)
    path = inventory.write(json.dumps([record(n, Body=f"Body {n}") for n in range(600)]), "changing.json")
    opened = open_inventory(path, layout.columns)
    path.write_text(path.read_text()[:-3])
    with pytest.raises(Unreadable):
        import_inventory(rows=opened, layout=layout, file_name="changing.json", report=Report())
    assert not Project.objects.exists()
    assert Organisation.objects.count() == organisations
    assert ImportRun.objects.get().undone_at


def test_the_command_writes_the_error_to_stderr_and_exits_with_status_2(
    inventory: Inventory, tmp_path: Path
) -> None:
    root = Path(__file__).resolve().parents[3]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{root}:{root / 'site'}",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
    }
    environment.pop("DATABASE_URL")
    command = [
        sys.executable,
        root / "site" / "manage.py",
        "import_inventory",
        tmp_path / "no.csv",
        "--source",
        "uk-atrs",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip().endswith(f"{tmp_path / 'no.csv'}.")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr

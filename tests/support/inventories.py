"""Small inventories for tests, and the command that imports them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation
from openpyxl import Workbook

from community.inventories.exporting import exportable, rows
from tests.support.cases import case

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

MAPPING = """
[inventory]
source = "small"

[fields]
record_id = "Id"
title = "Name"
description = "About"
benefit = { column = "About", take = "first sentence" }
organisation = "Body"
organisation_kind = { constant = "municipality" }
country = { constant = "SE" }
language = { constant = "en" }
licence = { constant = "CC0" }
attribution = { constant = "A small inventory" }
url = "Link"
areas = { column = "Area", split = ";" }
tags = { column = "Words", split = "," }
partners = { column = "With", split = ";" }

[fields.stage]
column = "Status"
table = { "In use" = "in_use", "Pilot" = "pilot" }
"""
HEADINGS = ("Id", "Name", "About", "Body", "Link", "Area", "Words", "With", "Status")


def record(number: int = 1, **cells: Any) -> dict[str, Any]:
    """Return a valid record. Any cell may be given."""
    return {
        "Id": f"S-{number}",
        "Name": f"Sort letters {number}",
        "About": "Letters reach the right desk the same day. It reads them.",
        "Body": "Växjö kommun",
        "Link": "https://example.org/letters",
        "Area": "01.3",
        "Words": "chatbot",
        "With": "",
        "Status": "Pilot",
        **cells,
    }


def as_csv(records: Sequence[Mapping[str, Any]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADINGS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def as_workbook(records: Sequence[Mapping[str, Any]], path: Path) -> Path:
    book = Workbook()
    book.active.append(HEADINGS)
    for each in records:
        book.active.append([each[heading] for heading in HEADINGS])
    book.save(path)
    return path


class Inventory:
    """Writes files into a temporary folder and imports them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.mapping = folder / "mapping.toml"
        self.mapping.write_text(MAPPING, encoding="utf-8")

    def write(self, content: str | bytes, name: str = "inventory.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(
        self, content: str | bytes | Sequence[Mapping[str, Any]] | Path, **options: Any
    ) -> dict[str, Any]:
        """Import this and return the report of `--json`."""
        if isinstance(content, str | bytes):
            path = self.write(content)
        else:
            path = content if isinstance(content, Path) else self.write(as_csv(content))
        if "source" not in options:
            options["mapping"] = str(self.mapping)
        self.capsys.readouterr()
        call_command("import_inventory", str(path), json=True, **options)
        printed = self.capsys.readouterr().out
        assert printed.count("\n") == 1
        return json.loads(printed)


class Cases:
    """Inputs that once failed, with their own mappings."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    def mapping(self, name: str = "mapping.toml", changes: Mapping[str, str] | None = None) -> Path:
        """Write a copy of the mapping with these texts replaced. Return its path."""
        text = case(name).read_text(encoding="utf-8")
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        return self.inventory.write(text, "case.toml")

    def load(
        self,
        name: str,
        mapping: str = "mapping.toml",
        changes: Mapping[str, str] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        self.inventory.mapping = self.mapping(mapping, changes)
        return self.inventory.load(case(name), **options)


@pytest.fixture
def cases(inventory: Inventory) -> Cases:
    return Cases(inventory)


@pytest.fixture
def inventory(tmp_path: Path, capsys: pytest.CaptureFixture[str], db: None) -> Iterator[Inventory]:
    with translation.override("en"):
        yield Inventory(tmp_path, capsys)


def counts(report: Mapping[str, Any]) -> dict[str, Any]:
    assert report["rows"] == report["created"] + report["updated"] + report["unchanged"] + report["rejected"]
    assert report["rejected"] == len(report["rejections"])
    return {name: report[name] for name in ("created", "updated", "unchanged", "rejected") if report[name]}


def published(name: str) -> Path:
    """Return the path of a published inventory. Skip the test if it is not available."""
    path = DATA / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"not tested here: no published inventory {name}")
    return path


def exported(standard: str = "pstw", *, own: bool = False) -> list[dict[str, str]]:
    """Return the rows of an export, each by heading."""
    head, *cells = rows(standard, exportable(own=own))
    return [dict(zip(head, row, strict=True)) for row in cells]

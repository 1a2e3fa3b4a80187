"""Rows below the headings of a file, in one form for all kinds of files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.inventories.sheets.book import LONGEST_CELL
from community.inventories.text import clean
from core.refusals import Refusal

HEADING_WITHIN = 10
LONGEST_HEADING = 500


class Unreadable(Refusal):
    """The file cannot be imported at all; the sentence says why."""


@dataclass(frozen=True)
class Reading:
    """How to read a file, as set by the mapping or an option. Empty texts are detected from the file."""

    sheet: str = ""
    hidden: bool = False
    """Whether to read hidden rows and columns of a workbook too."""
    encoding: str = ""
    records: str = ""
    """The path of the list in a JSON file: "result.records"."""


@dataclass(frozen=True)
class Row:
    """One record: its number as a spreadsheet program shows it, its cells by `heading_key`, and why it is rejected."""

    number: int
    cells: dict[str, str]
    fault: str = ""


Numbered = tuple[int, list[str] | str]
"""A line's number and its cells, or a sentence that says why they cannot be separated."""


def heading_key(heading: str) -> str:
    """Return the form in which headings are compared: without case, width and repeated blanks, cut to 500
    characters."""
    return _heading_key(heading[:LONGEST_HEADING])


@lru_cache(maxsize=4096)
def _heading_key(heading: str) -> str:
    return " ".join(clean(unicodedata.normalize("NFKC", heading)).casefold().split())


def below_headings(rows: Iterable[Numbered], columns: dict[str, str], path: Path) -> Iterator[Row]:
    """Yield the records below the row of headings. Blank rows are skipped.

    The row of headings is the one of the first ten that has most columns. Raises `Unreadable` if a column is missing.
    """
    source = iter(rows)
    first = list(islice(source, HEADING_WITHIN))
    best = max(range(len(first)), key=lambda at: matching(columns, first[at][1]), default=None)
    if best is None:
        raise Unreadable(_("%(file)s is empty.") % {"file": path})
    found = first[best][1]
    if isinstance(found, str):
        raise Unreadable(f"{path}: {found}")
    headings = [heading_key(name) for name in found]
    check_headings(columns, headings, path)
    for number, row in chain(first[best + 1 :], source):
        if isinstance(row, str):
            yield Row(number, {}, row)
        elif any(cell.strip() for cell in row):
            yield row_of(number, row, headings, columns)


def row_of(number: int, row: list[str], headings: list[str], columns: dict[str, str]) -> Row:
    """Return the row's cells by heading. The first of equal headings counts. Missing cells are empty; surplus cells are
    a fault."""
    cells: dict[str, str] = {}
    for heading, cell in zip(headings, row, strict=False):
        cells.setdefault(heading, cell)
    fault = ""
    if any(cell.strip() for cell in row[len(headings) :]):
        fault = ngettext("It has %(cells)d cell", "It has %(cells)d cells", len(row)) % {"cells": len(row)}
        fault += _(" where the headings are %(headings)d.") % {"headings": len(headings)}
    if any(len(cell) > LONGEST_CELL for cell in row):
        fault = too_long()
    return faultless(number, cells, columns, fault)


def faultless(number: int, cells: dict[str, str], columns: dict[str, str], fault: str = "") -> Row:
    """Return the row with only the wanted columns. A cell of more than `LONGEST_CELL` characters is cut, and is a
    fault of the row."""
    kept = {key: cells.get(key, "") for key in columns}
    if any(len(value) > LONGEST_CELL for value in kept.values()):
        kept = {key: value[:LONGEST_CELL] for key, value in kept.items()}
        fault = fault or too_long()
    return Row(number, kept, fault)


def too_long() -> str:
    return _("A cell holds more than %(most)d characters.") % {"most": LONGEST_CELL}


def matching(columns: dict[str, str], row: Sequence[str] | str) -> int:
    """Return how many of the columns are among the row's cells."""
    return 0 if isinstance(row, str) else len(columns.keys() & {heading_key(cell) for cell in row})


def check_headings(columns: dict[str, str], headings: Iterable[str], path: Path) -> None:
    missing = [name for key, name in columns.items() if key not in set(headings)]
    if len(missing) == len(columns):
        raise Unreadable(
            _("%(file)s has none of the columns this layout reads (%(columns)s): is it another inventory?")
            % {"file": path, "columns": ", ".join(list(columns.values())[:4]) + ", …"}
        )
    if missing:
        raise Unreadable(
            _("%(file)s lacks these columns of the layout: %(columns)s.")
            % {"file": path, "columns": "; ".join(missing)}
        )

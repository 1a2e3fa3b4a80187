"""Rows of a file below its headings, whatever kind of file they come from."""

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
    """How a file is read, where the mapping or an option says so; what is empty is found out."""

    sheet: str = ""
    hidden: bool = False
    """Also hidden rows and columns of a workbook."""
    encoding: str = ""
    records: str = ""
    """The list of a JSON file, as a path: "result.records"."""


@dataclass(frozen=True)
class Row:
    """One record: its number as the program shows it, its cells by `heading_key`, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    fault: str = ""


Numbered = tuple[int, list[str] | str]
"""A line's number and its cells; a sentence in place of cells that cannot be separated."""


def heading_key(heading: str) -> str:
    """How headings are compared: case, width and blanks do not count, nor does what is beyond 500 characters."""
    return _heading_key(heading[:LONGEST_HEADING])


@lru_cache(maxsize=4096)
def _heading_key(heading: str) -> str:
    return " ".join(clean(unicodedata.normalize("NFKC", heading)).casefold().split())


def below_headings(rows: Iterable[Numbered], columns: dict[str, str], path: Path) -> Iterator[Row]:
    """The records below the line of headings, which is the best of the first ten. Blank lines are passed over."""
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
    """Cells by heading; the first of two equal headings counts, missing cells are empty, surplus ones a fault."""
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
    """The row with only the columns looked for; a fault when one is longer than anybody would read."""
    kept = {key: cells.get(key, "") for key in columns}
    if any(len(value) > LONGEST_CELL for value in kept.values()):
        kept = {key: value[:LONGEST_CELL] for key, value in kept.items()}
        fault = fault or too_long()
    return Row(number, kept, fault)


def too_long() -> str:
    return _("A cell holds more than %(most)d characters.") % {"most": LONGEST_CELL}


def matching(columns: dict[str, str], row: Sequence[str] | str) -> int:
    """How many of the columns are among the row's cells."""
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

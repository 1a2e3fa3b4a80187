from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

DAMAGED = 3
"""Exit status of the child for a damaged file."""
TOO_LARGE = 4
"""Exit status of the child for a file that exceeds the limits below."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""The most rows and columns that a sheet can have."""
LONGEST_CELL = 50_000
"""Longest text of a cell, in characters."""
LONGEST_LINE = 5_000_000
"""Longest row, in bytes as JSON."""
MOST_BYTES = 200_000_000
"""The most bytes that the child prints. A file of a few kilobytes can hold more: all cells may refer to one text."""

Cell = str | dict[str, str]
"""The text that a spreadsheet program shows, or {"date": ISO 8601} for a cell that holds a date."""


class TooLarge(Exception):
    """The file exceeds one of the limits above."""


@dataclass
class Table:
    """A sheet. `hidden_rows` is the number of skipped rows, known after `Book.rows` has been read to its end."""

    title: str
    hidden: bool
    place: str
    """How the reader finds the sheet: the name of a part of the archive, a title or a number."""
    hidden_rows: int = field(default=0, compare=False)


class Book(Protocol):
    tables: list[Table]

    def rows(self, table: Table, *, hidden: bool) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each row with the number that a spreadsheet program shows.

        Hidden rows and columns are included if `hidden` is true. A merged cell fills the rows that it covers, except
        rows without any cell of their own.
        """


class MergedCells:
    """Copies the value of each merged cell down the first column of its area."""

    def __init__(self) -> None:
        self.starting: dict[int, list[tuple[int, int]]] = {}
        self.open: dict[int, tuple[int, Cell]] = {}

    def add(self, first_row: int, last_row: int, column: int) -> None:
        if last_row > first_row:
            self.starting.setdefault(first_row, []).append((last_row, column))

    def fill(self, number: int, cells: list[Cell]) -> None:
        """Fill the merged cells of a row. Call it for each row from the top, also for hidden ones: an area may begin in
        one."""
        if self.open and any(cells):
            for column, (last_row, value) in list(self.open.items()):
                if number > last_row:
                    del self.open[column]
                elif column < len(cells) and not cells[column]:
                    cells[column] = value
                elif column >= len(cells) and value:
                    cells += [""] * (column - len(cells)) + [value]
        for last_row, column in self.starting.pop(number, ()):
            if column < len(cells):
                self.open[column] = (last_row, cells[column])

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

DAMAGED = 3
"""Exit status of the child for a file that is not what it should be."""
TOO_LARGE = 4
"""Exit status of the child for a file that holds more than is taken of a workbook."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Rows and columns a sheet has at most."""
LONGEST_CELL = 50_000
"""Characters of a cell that are taken."""
LONGEST_LINE = 5_000_000
"""Bytes of a row, as JSON."""
MOST_BYTES = 200_000_000
"""Bytes of all that the child prints. A few kilobytes can say more: all cells may refer to one long text."""

Cell = str | dict[str, str]
"""The text that the program shows, or {"date": ISO 8601} of a cell that holds a date."""


class TooLarge(Exception):
    """The file holds more than a sheet can, or more text than is taken of one."""


@dataclass
class Table:
    """A sheet. `hidden_rows` is the number of rows passed over, known after `rows` has been read to its end."""

    title: str
    hidden: bool
    place: str
    """Where the reader finds it: a part's name or a number."""
    hidden_rows: int = field(default=0, compare=False)


class Book(Protocol):
    tables: list[Table]

    def rows(self, table: Table, *, hidden: bool) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number as the program shows it. Hidden rows and columns only where asked for. A merged
        cell fills the rows that it covers, where they hold anything of their own."""


class MergedCells:
    """Fills the first column of a merged area downwards."""

    def __init__(self) -> None:
        self.starting: dict[int, list[tuple[int, int]]] = {}
        self.open: dict[int, tuple[int, Cell]] = {}

    def add(self, first_row: int, last_row: int, column: int) -> None:
        if last_row > first_row:
            self.starting.setdefault(first_row, []).append((last_row, column))

    def fill(self, number: int, cells: list[Cell]) -> None:
        """Call once for each row, from the top; also for hidden ones, in which an area may begin."""
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

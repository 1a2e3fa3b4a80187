from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

DAMAGED = 3
"""Exit status of the child for a file that is not what it should be."""
LAST_COLUMN = 16_384
"""Columns a sheet has at most."""

Cell = str | dict[str, str]
"""The text that the program shows, or {"date": ISO 8601} of a cell that holds a date."""


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

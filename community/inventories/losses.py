"""Counts the values of an inventory that are not imported, by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from community.inventories.text import clean, cut

EXAMPLES = 3
LONGEST_EXAMPLE = 60


@dataclass
class RowLosses:
    """The losses of one row. They are counted only if the row is not rejected."""

    not_understood: list[tuple[str, str]] = field(default_factory=list)
    """(field, value)"""
    shortened: list[str] = field(default_factory=list)
    """Names of fields, once for each value that was cut."""

    def add(self, name: str, *values: str) -> None:
        self.not_understood += [(name, value) for value in values]

    def of(self, name: str) -> Callable[[str], None]:
        return lambda value: self.not_understood.append((name, value))


@dataclass
class FieldLosses:
    not_understood: int = 0
    shortened: int = 0
    examples: list[str] = field(default_factory=list)
    """Different values that were not understood, without e-mail addresses."""

    def add(self, value: str) -> None:
        self.not_understood += 1
        if len(self.examples) < EXAMPLES:
            example = cut(" ".join(clean(value).split()), LONGEST_EXAMPLE)
            if example and example not in self.examples:
                self.examples.append(example)


class Losses(dict[str, FieldLosses]):
    """The losses of all rows, by field."""

    def count(self, row: RowLosses) -> None:
        for name, value in row.not_understood:
            self.setdefault(name, FieldLosses()).add(value)
        for name in row.shortened:
            self.setdefault(name, FieldLosses()).shortened += 1

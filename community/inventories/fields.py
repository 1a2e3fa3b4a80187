"""The fields of the card, and how a mapping fills one from the cells of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from django.db.models import URLField

from community.inventories.rows import heading_key
from community.inventories.text import (
    DateText,
    clean,
    first_sentence,
    is_program_error,
    label_key,
    made_id,
)
from core.model_fields import field_of
from knowledge.models import Facts, Story
from knowledge.models.codes import CodeField, CodesField
from knowledge.models.facts import FactTextField, YesNoField

Lose = Callable[[str], object]
"""Called with each value that is not understood."""


def ignore(value: str) -> None:
    pass


class Kind(Enum):
    """The values that a field of a project accepts."""

    LINE = "a line of text"
    TEXT = "text"
    CODE = "one code"
    CODES = "codes"
    WORDS = "a list of words or names"
    DATE = "a date"
    ADDRESS = "a web address"
    ID = "the record's own id"


FACTS = tuple(name for name in Facts.FACT_FIELDS if name not in ("reuse_items", "ai_act_on"))
"""The facts that a mapping can fill."""


def kind_of_fact(name: str) -> Kind:
    """Yes and no are codes too. A code that no table knows is lost, and the record is not rejected for it."""
    declared = field_of(Facts, name)
    if isinstance(declared, CodeField | CodesField | YesNoField):
        return Kind.CODES
    if isinstance(declared, FactTextField):
        return Kind.TEXT
    return Kind.ADDRESS if isinstance(declared, URLField) else Kind.LINE


FIELDS: dict[str, Kind] = {
    "record_id": Kind.ID,
    **dict.fromkeys(
        [
            "title",
            "benefit",
            "stop_reason",
            "organisation",
            "organisation_code",
            "contact",
            "licence",
            "attribution",
        ],
        Kind.LINE,
    ),
    **dict.fromkeys(["description", "offers", "seeks", *Story.STORY_FIELDS], Kind.TEXT),
    **dict.fromkeys(
        ["stage", "language", "organisation_kind", "organisation_country", "country", "place"], Kind.CODE
    ),
    **dict.fromkeys(["areas", "technologies", "themes"], Kind.CODES),
    **dict.fromkeys(["tags", "partners", "suppliers", "research", "funders"], Kind.WORDS),
    **dict.fromkeys(["published", "since"], Kind.DATE),
    "url": Kind.ADDRESS,
    **{name: kind_of_fact(name) for name in FACTS},
}
REQUIRED = ("record_id", "title", "organisation", "stage", "language")
KEYS = {
    "constant", "column", "columns", "first", "join", "between", "table", "labels", "split", "take", "dates", "default",
    "unknown", "format",
}  # fmt: skip


class UnknownValue(Exception):
    """The field needs a code, and its table does not contain the published value."""


@dataclass(frozen=True)
class Source:
    """Where a field's values come from: exactly one of `constant`, `column`, `made_of`, `first` and `join`. The other
    attributes say how the values are converted."""

    kind: Kind
    constant: tuple[str, ...] = ()
    column: str = ""
    made_of: tuple[str, ...] = ()
    """The mapping's `columns`: headings of the cells that an id is made of."""
    first: tuple[Source, ...] = ()
    join: tuple[Source, ...] = ()
    between: str = "\n\n"
    table: Mapping[str, str] | None = None
    split: tuple[str, ...] = ()
    take: str = ""
    dates: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    unknown: str | None = None
    format: str = ""

    @property
    def columns(self) -> list[str]:
        """The headings of all columns that the field reads."""
        inner = [name for part in (*self.first, *self.join) for name in part.columns]
        return [*filter(None, [self.column]), *self.made_of, *inner]

    @property
    def all_dates(self) -> tuple[str, ...]:
        return (*self.dates, *(form for part in (*self.first, *self.join) for form in part.all_dates))

    @property
    def codes(self) -> set[str]:
        """All our codes that the mapping itself names."""
        named = {*self.constant, *self.default, *(self.table or {}).values(), self.unknown or ""}
        inner = [part.codes for part in (*self.first, *self.join)]
        return named.union(*inner) - {""}

    def values(self, cells: Mapping[str, str], blank: frozenset[str], lose: Lose = ignore) -> list[str]:
        """Return the field's values in a row, converted. Calls `lose` with each value that is not understood. Raises
        `UnknownValue`."""
        found = self.gather(cells, blank, lose)
        if self.table is not None:
            found = [ours for value in found for ours in self.translate(value, lose)]
        elif self.split:
            found = [part for value in found for part in self.parts(value)]
        if self.take:
            found = [first_sentence(value) for value in found]
        if self.format:
            found = [self.format.replace("{}", value) for value in found]
        return found or list(self.default)

    def gather(self, cells: Mapping[str, str], blank: frozenset[str], lose: Lose) -> list[str]:
        if self.column:
            raw = cells.get(heading_key(self.column), "")
            value = raw if isinstance(raw, DateText) else raw.strip() if self.is_raw else clean(raw)
            if is_program_error(value):
                lose(value)
                return []
            return [value] if value and label_key(value) not in blank else []
        if self.made_of:
            parts = [clean(cells.get(heading_key(name), "")) for name in self.made_of]
            parts = ["" if label_key(part) in blank or is_program_error(part) else part for part in parts]
            return [made_id(parts)] if any(parts) else []
        if self.join:
            parts = [value for source in self.join for value in source.values(cells, blank, lose)]
            if self.kind in (Kind.CODES, Kind.WORDS):
                return parts
            return [self.between.join(parts)] if parts else []
        for source in self.first:
            if found := source.values(cells, blank, lose):
                return found
        return list(self.constant)

    @property
    def is_raw(self) -> bool:
        return self.kind in (Kind.ADDRESS, Kind.ID)

    def translate(self, value: str, lose: Lose) -> Iterator[str]:
        """Yield our code for a published label: for the whole cell if the table has it, else for each of its parts.
        Raises `UnknownValue`."""
        table = self.table or {}
        if (ours := table.get(label_key(value))) is not None:
            yield from filter(None, [ours])
            return
        if self.kind is Kind.CODES or self.split:
            for part in self.parts(value):
                known = table.get(label_key(part))
                if known is None and self.kind is Kind.CODES:
                    lose(part)
                yield from filter(None, [part if known is None and self.kind is not Kind.CODES else known])
        elif self.unknown is not None:
            yield from filter(None, [self.unknown])
        elif self.kind is Kind.CODE:
            raise UnknownValue(value)
        else:
            yield value

    def parts(self, value: str) -> list[str]:
        return [part.strip() for part in self.separators.split(value) if part.strip()]

    @cached_property
    def separators(self) -> re.Pattern[str]:
        """A pattern of the separators as literal strings, the longest first. A line break always separates."""
        longest_first = sorted(self.split or (";", ","), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, [*longest_first, "\n"])))

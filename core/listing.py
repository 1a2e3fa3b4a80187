"""The filters and order of a list: the checkboxes, chips and links that a page shows around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from django.utils.http import urlencode

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ"
LONGEST_TEXT = 100
MOST_CODES = 20
_CODE = re.compile(r"[\w.-]{1,60}")


class Query(Protocol):
    """The part of Django's QueryDict that is used here."""

    def get(self, key: str, default: str, /) -> str: ...

    def getlist(self, key: str, /) -> list[str]: ...


class Narrowable(Protocol):
    """A request for a list that knows its own query string."""

    @property
    def sort(self) -> str: ...

    def pairs(self) -> list[tuple[str, str]]: ...

    def with_choice(self, facet: str, code: str) -> Self: ...

    def sorted_by(self, sort: str) -> Self: ...


@dataclass(frozen=True, slots=True)
class Option:
    """A checkbox of a facet. `depth` indents a narrower term; `count` is None where nothing is counted."""

    code: str
    label: str
    depth: int = 0
    count: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list. The name is the query string's parameter."""

    name: str
    legend: str
    options: Sequence[Option]
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """Everything that `<c-found>` shows beside and above a list. `kept` are the parameters that have no checkbox."""

    facets: Sequence[Facet]
    chips: Sequence[Link]
    clear: str
    sorts: Sequence[Link]
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """The filters and order that a reader chose.

    `chosen` is facet → codes. A result has at least one of the codes of each facet. `usual` is the default order, which
    the query string leaves out.
    """

    sort: str
    usual: str
    text: str = ""
    letter: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: Query, *, facets: Iterable[str], sorts: Sequence[str]) -> Self:
        """Read `?q=…&letter=…&sort=…` and one `?<facet>=<code>` for each choice. Invalid values are ignored; the first
        of `sorts` is the default order."""
        codes = {
            name: tuple(code for code in dict.fromkeys(query.getlist(name)) if _CODE.fullmatch(code))
            for name in facets
        }
        sort, letter = query.get("sort", ""), query.get("letter", "")
        return cls(
            sort=sort if sort in sorts else sorts[0],
            usual=sorts[0],
            text=" ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_TEXT],
            letter=letter if len(letter) == 1 and letter in LETTERS else "",
            chosen={name: some[:MOST_CODES] for name, some in codes.items() if some},
        )

    def among(self, options: Mapping[str, Collection[Option]]) -> Self:
        """The request without the codes that no option has."""
        known = {name: {option.code for option in some} for name, some in options.items()}
        kept = {
            name: tuple(code for code in codes if code in known.get(name, ()))
            for name, codes in self.chosen.items()
        }
        return replace(self, chosen={name: codes for name, codes in kept.items() if codes})

    def pairs(self) -> list[tuple[str, str]]:
        """The request as query-string pairs, first page, from which `from_query` makes it again."""
        pairs = [("q", self.text), ("letter", self.letter)]
        pairs += [(name, code) for name, codes in self.chosen.items() for code in codes]
        pairs += [("sort", "" if self.sort == self.usual else self.sort)]
        return [(name, value) for name, value in pairs if value]

    def with_choice(self, facet: str, code: str) -> Self:
        """The request with the choice added, or removed where it is already chosen."""
        codes = self.chosen.get(facet, ())
        codes = tuple(one for one in codes if one != code) if code in codes else (*codes, code)
        return replace(self, chosen={**self.chosen, facet: codes})

    def sorted_by(self, sort: str) -> Self:
        return replace(self, sort=sort)

    def cleared(self) -> Self:
        """The same words and order, without choices."""
        return replace(self, chosen={}, letter="")

    def letters(self) -> list[Link]:
        """Links for A–Ö, and one back to all."""
        return [
            Link(letter, address(replace(self, letter=letter)), letter == self.letter) for letter in LETTERS
        ]


def filters_of(
    asked: Narrowable, facets: Iterable[Facet], sorts: Mapping[str, str], *, cleared: Narrowable
) -> Filters:
    """The filters of a list. `sorts` is code → label; `cleared` asks for the same list without choices."""
    shown = [facet for facet in facets if facet.options]
    names = {"q", *(facet.name for facet in shown)}
    chips = [
        Link(option.label, address(asked.with_choice(facet.name, option.code)))
        for facet in shown
        for option in facet.options
        if option.is_chosen
    ]
    return Filters(
        facets=shown,
        chips=chips,
        clear=address(cleared),
        sorts=[
            Link(label, address(asked.sorted_by(sort)), sort == asked.sort) for sort, label in sorts.items()
        ],
        kept=[(name, value) for name, value in asked.pairs() if name not in names],
    )


def address(asked: Narrowable, **more: str) -> str:
    """The query string of the request."""
    return "?" + urlencode([*asked.pairs(), *more.items()])

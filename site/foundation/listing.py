"""What narrows and orders a list: the boxes, chips and links that a page shows around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from django.utils.http import urlencode


class Narrowable(Protocol):
    """A request for a list that knows its own query string."""

    @property
    def sort(self) -> str: ...

    def pairs(self) -> list[tuple[str, str]]: ...

    def with_choice(self, facet: str, code: str) -> Self: ...

    def sorted_by(self, sort: str) -> Self: ...


@dataclass(frozen=True, slots=True)
class Option:
    """A box of a facet. `depth` indents a narrower term; `count` is None where nothing is counted."""

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
    """All that `<c-found>` shows beside and above a list. `kept` are the parameters that have no box of their own."""

    facets: Sequence[Facet]
    chips: Sequence[Link]
    clear: str
    sorts: Sequence[Link]
    kept: Sequence[tuple[str, str]]


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
    """The query string that asks for it."""
    return "?" + urlencode([*asked.pairs(), *more.items()])

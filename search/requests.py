"""The requests to a backend. Any input becomes a valid request."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.audience import PUBLIC
from core.listing import Query
from core.records import LANGUAGES
from core.text import normalized, without_invisible
from search.sources import RELEVANCE, facets, kinds_that, record_kinds, sorts

PAGE_SIZE = 20
MAX_SIZE = 100
MAX_WINDOW = 10_000
MAX_QUERY = 300
MAX_FREE_TEXT = 5_000
MAX_CHOICES = 20

EVERYBODY = frozenset({PUBLIC})

_CODE = re.compile(r"[\w.:-]{1,60}")


def clean(text: object, limit: int = MAX_QUERY) -> str:
    """Return one line of valid Unicode without control characters, cut at `limit` characters."""
    raw = str(text or "")[: limit * 4]
    composed = without_invisible(normalized(raw))
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cn", "Co") else c for c in composed)
    return " ".join(printable.split())[:limit]


def _language(code: str) -> str:
    return code[:2] if code[:2] in LANGUAGES else LANGUAGES[0]


def _codes(values: Iterable[object]) -> tuple[str, ...]:
    codes = dict.fromkeys(str(value) for value in values)
    return tuple(code for code in codes if _CODE.fullmatch(code))[:MAX_CHOICES]


def _number(value: object, *, default: int, least: int, most: int) -> int:
    text = str(value or "").strip()
    return min(max(int(text), least), most) if re.fullmatch(r"-?[0-9]{1,9}", text) else default


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One page of the records that `viewer` may see and that match `text` and every facet in `filters`.

    `filters` is facet → codes. A record has at least one of the codes of each facet.
    """

    text: str = ""
    language: str = "sv"
    viewer: frozenset[str] = EVERYBODY
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    size: int = PAGE_SIZE
    sort: str = RELEVANCE

    def __post_init__(self) -> None:
        chosen = {name: _codes(self.filters[name]) for name in facets() if self.filters.get(name)}
        size = min(max(self.size, 1), MAX_SIZE)
        for name, value in {
            "text": clean(self.text),
            "language": _language(self.language),
            "viewer": frozenset(self.viewer),
            "filters": {name: codes for name, codes in chosen.items() if codes},
            "size": size,
            "page": min(max(self.page, 1), MAX_WINDOW // size),
            "sort": self.sort if self.sort in sorts() else RELEVANCE,
        }.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_query(cls, query: Query, *, language: str, viewer: frozenset[str]) -> SearchRequest:
        """Read `?q=…&page=…&sort=…` and one `?<facet>=<code>` for each choice. Invalid values are left out."""
        return cls(
            text=query.get("q", ""),
            language=language,
            viewer=viewer,
            filters={name: tuple(query.getlist(name)) for name in facets()},
            page=_number(query.get("page", ""), default=1, least=1, most=MAX_WINDOW),
            sort=query.get("sort", ""),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The request as query-string pairs, first page, from which `from_query` makes it again."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, code) for name, codes in self.filters.items() for code in codes]
        return pairs + ([("sort", self.sort)] if self.sort != RELEVANCE else [])

    def with_choice(self, facet: str, code: str) -> SearchRequest:
        """The first page of the request with the choice added, or removed where it is already chosen."""
        codes = self.filters.get(facet, ())
        codes = tuple(c for c in codes if c != code) if code in codes else (*codes, code)
        return replace(self, filters={**self.filters, facet: codes}, page=1)

    def sorted_by(self, sort: str) -> SearchRequest:
        """The first page of the request in another order."""
        return replace(self, sort=sort, page=1)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarRequest:
    """Records similar to the record `kind`, `id`, without itself. Nothing if the viewer may not see it."""

    kind: str
    id: int
    language: str = "sv"
    viewer: frozenset[str] = EVERYBODY
    kinds: tuple[str, ...] = ()
    """Empty: all kinds whose pages list similar records."""
    size: int = 5

    def __post_init__(self) -> None:
        kinds = tuple(kind for kind in self.kinds or kinds_that("is_resembled") if kind in record_kinds())
        object.__setattr__(self, "language", _language(self.language))
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "size", min(max(self.size, 1), MAX_SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """Organisations that would be good partners: for the record `kind`, `id`, or for the need that `text` describes."""

    kind: str = ""
    id: int = 0
    text: str = ""
    language: str = "sv"
    viewer: frozenset[str] = EVERYBODY
    size: int = 5

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text, MAX_FREE_TEXT))
        object.__setattr__(self, "language", _language(self.language))
        object.__setattr__(self, "size", min(max(self.size, 1), MAX_SIZE))

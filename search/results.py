"""The results of a backend, in the same types for every backend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.records import SearchRecord, Text


@dataclass(frozen=True, slots=True)
class Hit:
    """A record as it is shown, with text in `language`: matched words inside <mark>, the rest escaped."""

    record: SearchRecord
    language: str
    score: float
    title: SafeString
    excerpt: SafeString

    @property
    def text(self) -> Text:
        return self.record.texts[self.language]

    @property
    def url(self) -> str:
        """The address for a reader of the active language."""
        return self.record.url((get_language() or "")[:2])


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A choice and the number of hits that it would leave. `depth` indents a narrower code below its broader one."""

    code: str
    label: str
    count: int
    chosen: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a search. A choice does not remove the facet's other values."""

    name: str
    values: tuple[FacetValue, ...]

    @property
    def chosen(self) -> tuple[FacetValue, ...]:
        return tuple(value for value in self.values if value.chosen)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits and all facets. `degraded`: another backend than the first answered."""

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    page: int
    size: int
    backend: str
    took_ms: float = 0.0
    degraded: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def chosen(self) -> Iterable[tuple[Facet, FacetValue]]:
        return [(facet, value) for facet in self.facets for value in facet.chosen]


ReasonKind = Literal[
    "seeks_offers",
    "seeks_does",
    "offers_seeks",
    "same_problem",
    "same_technology",
    "same_area",
    "step_ahead",
    "near",
    "alike",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason for naming a partner.

    `ours` and `theirs` are quoted text: the need and the offer or activity; both titles for the same problem; both
    stages for one step ahead. `codes` name technologies, areas, a place or a kind. `words` are the common words of the
    quotations, in lower case.
    """

    kind: ReasonKind
    ours: str = ""
    theirs: str = ""
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A possible partner: an organisation, the reasons, and its record that shows them best."""

    organisation_id: int
    organisation_name: str
    organisation_kind: str
    score: float
    reasons: tuple[Reason, ...]
    evidence: SearchRecord
    language: str
    """The language of the evidence."""
    subject_language: str = ""
    subject_name: str = ""
    """The organisation that looks for partners."""

    @property
    def mutual(self) -> bool:
        """Whether each side offers what the other seeks."""
        return {"seeks_offers", "offers_seeks"} <= {reason.kind for reason in self.reasons}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that begins with the typed text, and its address."""

    text: str
    kind: str
    url: str
    language: str = field(default="sv")
    id: int = 0

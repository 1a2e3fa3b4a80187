"""The record of a searchable object. It depends on neither Django nor Elasticsearch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from core.text import normalized, without_invisible

LANGUAGES = ("sv", "en")
DATES = ("starts", "ends", "deadline", "confirmed")
"""The dates of a record that a list may be sorted by, beside `dated`."""


@dataclass(frozen=True, slots=True)
class Text:
    """The texts of a record in one language: plain text without mark-up and without invisible characters, which would
    keep a word from being found."""

    title: str
    summary: str = ""
    body: str = ""
    offers: str = ""
    seeks: str = ""

    def __post_init__(self) -> None:
        for each in fields(self):
            object.__setattr__(self, each.name, without_invisible(normalized(getattr(self, each.name))))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """One searchable object, complete: it is searched, shown and matched without another query.

    `id` is the subject's primary key. A page has that of its Work, so all translations are one record. `record_id` is
    the object's id in a published inventory, or "".

    Areas, technologies and places are codes, with all broader codes included; places have the narrowest first.
    `keywords` are the labels of those codes in each language. They are searched but never shown. `where` is the place
    in each language ("Växjö, Sverige"). `urls` are the addresses for a reader of each language.

    `audience` are the tokens of `core.audience`. `organisation_id` is the organisation that owns the object.
    `organisation_ids` are the owner, first, and the organisations that take part.

    `starts`, `ends` and `deadline` are dates of the object itself. `confirmed` is when a person last checked that the
    object is still true. `more` holds the codes of facets that only some kinds have: facet → codes.
    """

    kind: str
    id: int
    texts: Mapping[str, Text]
    language: str
    audience: frozenset[str]
    urls: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    stage: str = ""
    country: str = ""
    places: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    organisation_id: int | None = None
    organisation_name: str = ""
    organisation_kind: str = ""
    organisation_size: int | None = None
    organisation_ids: tuple[int, ...] = ()
    reference: bool = False
    published: datetime | None = None
    updated: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    deadline: datetime | None = None
    confirmed: datetime | None = None
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.language not in self.texts:
            raise ValueError(f"{self.kind} {self.id} has no text in its own language {self.language!r}")

    @property
    def key(self) -> str:
        """The record's id over all kinds: "project:7"."""
        return f"{self.kind}:{self.id}"

    def shown_in(self, language: str) -> str:
        """The language that a reader of `language` gets: theirs if the record has it, else the original."""
        return language if language in self.texts else self.language

    def text(self, language: str) -> Text:
        return self.texts[self.shown_in(language)]

    def url(self, language: str) -> str:
        return self.urls.get(language) or self.urls.get(self.language, "")

    @property
    def dated(self) -> datetime | None:
        """When it last changed, as far as a reader can tell."""
        return self.updated or self.published

    def codes(self, name: str) -> tuple[str, ...]:
        """The codes in the field of that name, or in `more`; empty where there are none."""
        value = getattr(self, name) if name in _FIELDS else self.more.get(name, ())
        return (value,) if isinstance(value, str) and value else tuple(value or ())


_FIELDS = frozenset(each.name for each in fields(SearchRecord))
_TIMES = ("published", "updated", *DATES)
_TUPLES = ("areas", "technologies", "themes", "tags", "places", "organisation_ids")


def to_data(record: SearchRecord) -> dict[str, Any]:
    """Plain JSON data, from which `from_data` makes an equal record."""
    data = asdict(record)
    data["audience"] = sorted(record.audience)
    for name in _TIMES:
        data[name] = data[name].isoformat() if data[name] else None
    return {name: value for name, value in data.items() if value not in (None, "", (), [], {}, False)}


def from_data(data: Mapping[str, Any]) -> SearchRecord:
    values = dict(data)
    values["texts"] = {language: Text(**text) for language, text in data["texts"].items()}
    values["keywords"] = {language: tuple(words) for language, words in data.get("keywords", {}).items()}
    values["audience"] = frozenset(data.get("audience", ()))
    values["more"] = {facet: tuple(codes) for facet, codes in data.get("more", {}).items()}
    for name in _TUPLES:
        values[name] = tuple(data.get(name, ()))
    for name in _TIMES:
        values[name] = datetime.fromisoformat(data[name]) if data.get(name) else None
    return SearchRecord(**values)

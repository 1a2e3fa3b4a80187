"""What anything searchable looks like. Neither Django nor Elasticsearch in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from core.text import normalized, without_invisible

LANGUAGES = ("sv", "en")
KINDS = ("use_case", "guide", "article", "project", "organisation")


@dataclass(frozen=True, slots=True)
class Text:
    """What a record says in one language: plain text, no markup, and no sign that a reader cannot see: none decides
    whether the text is found."""

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
    """One findable thing, whole: searched, shown and matched without looking anywhere else.

    `id` is the subject's primary key; for a page that of its Work, so all translations are one record.
    `record_id` is the id it carries in a published inventory, or "". Areas, technologies and places are codes with
    all broader ones included, places narrowest first; `keywords` are the words people know those codes by, per
    language, and are searched but never shown. `where` names the place in each language ("Växjö, Sverige").
    `urls` are the addresses for a reader of each language. `audience` are the tokens of `core.audience`.
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
    reference: bool = False
    published: datetime | None = None
    updated: datetime | None = None

    def __post_init__(self) -> None:
        if self.language not in self.texts:
            raise ValueError(f"{self.kind} {self.id} has no text in its own language {self.language!r}")

    @property
    def key(self) -> str:
        """Unique over all kinds: "project:7"."""
        return f"{self.kind}:{self.id}"

    def shown_in(self, language: str) -> str:
        """The language a reader of `language` is given: theirs if there is one, else the original."""
        return language if language in self.texts else self.language

    def text(self, language: str) -> Text:
        return self.texts[self.shown_in(language)]

    def url(self, language: str) -> str:
        return self.urls.get(language) or self.urls.get(self.language, "")

    def facets(self) -> Iterator[tuple[str, str]]:
        """(facet, code) of everything the record can be narrowed by."""
        yield "kind", self.kind
        yield from (("area", code) for code in self.areas)
        yield from (("technology", code) for code in self.technologies)
        yield from (("place", code) for code in self.places)
        for name in ("stage", "country", "organisation_kind"):
            if code := getattr(self, name):
                yield name, code


def to_data(record: SearchRecord) -> dict[str, Any]:
    """Plain JSON data, from which `from_data` makes an equal record."""
    data = asdict(record)
    data["audience"] = sorted(record.audience)
    for name in ("published", "updated"):
        data[name] = data[name].isoformat() if data[name] else None
    return {name: value for name, value in data.items() if value not in (None, "", (), [], {}, False)}


def from_data(data: Mapping[str, Any]) -> SearchRecord:
    values = dict(data)
    values["texts"] = {language: Text(**text) for language, text in data["texts"].items()}
    values["keywords"] = {language: tuple(words) for language, words in data.get("keywords", {}).items()}
    values["audience"] = frozenset(data.get("audience", ()))
    for name in ("areas", "technologies", "themes", "tags", "places"):
        values[name] = tuple(data.get(name, ()))
    for name in ("published", "updated"):
        values[name] = datetime.fromisoformat(data[name]) if data.get(name) else None
    return SearchRecord(**values)

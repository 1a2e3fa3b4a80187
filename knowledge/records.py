"""Builds parts of search records from the shared vocabulary and the story, for every package that has records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.records import LANGUAGES
from knowledge.models import Area, Facts, Place, Stage, Story, Technology, Theme
from knowledge.models.taxonomy import Term, Tree
from subjects.search import SearchFacet

AREA = SearchFacet(
    code="area",
    label=_("Area of society"),
    field="areas",
    vocabulary=Area,
    is_drilled=True,
    is_open=True,
)
TECHNOLOGY = SearchFacet(
    code="technology", label=_("Technology"), field="technologies", vocabulary=Technology
)
THEME = SearchFacet(code="theme", label=_("Theme"), field="themes", vocabulary=Theme)
STAGE = SearchFacet(
    code="stage",
    label=_("Stage"),
    field="stage",
    choices=lambda: Stage.choices,
    is_ordered=True,
    is_open=True,
)
COUNTRY = SearchFacet(code="country", label=_("Country"), field="country", vocabulary=Place)
PLACE = SearchFacet(
    code="place", label=_("Place"), field="places", vocabulary=Place, is_drilled=True, hides_top=True
)


def with_place(path: str) -> list[str]:
    """The relations of the place at `path` that `place_fields` reads, for `select_related`."""
    return [path, *(f"{path}__{line}" for line in ("parent", "parent__parent", "parent__parent__parent"))]


def with_terms() -> list[Prefetch]:
    """The relations of areas and technologies that `broader` reads."""
    return [
        Prefetch("areas", Area.objects.select_related("parent")),
        Prefetch("technologies", Technology.objects.select_related("parent__parent")),
    ]


def known_language(language: str) -> str:
    """The language if it has word lists, else English."""
    return language if language in LANGUAGES else "en"


def broader(terms: Iterable[Tree]) -> list[Tree]:
    """The terms and all broader ones, each once."""
    return list({above.code: above for term in terms for above in term.line()}.values())


def codes_of(terms: Iterable[Term]) -> tuple[str, ...]:
    return tuple(term.code for term in terms)


def place_fields(place: Place | None) -> dict[str, Any]:
    """The fields of a record for its place."""
    line = line_of(place)
    ends = line if len(line) < 2 else [line[0], line[-1]]
    return {
        "country": next((one.code for one in line if one.kind == Place.COUNTRY), ""),
        "places": codes_of(line),
        "where": {
            language: ", ".join(label_of(one, language) for one in ends) for language in LANGUAGES if ends
        },
    }


def line_of(place: Place | None) -> list[Place]:
    """The place and all places that contain it, narrowest first."""
    return list(place.line()) if place else []


def label_of(term: Term, language: str) -> str:
    return term.label_en if language == "en" else term.label_sv


def keywords_of(terms: Iterable[Term], words: Iterable[str | Promise]) -> Mapping[str, tuple[str, ...]]:
    """The labels of the terms and then the words, each once, by language. Words may be lazy translations."""
    terms, words = list(terms), list(words)
    keywords = {}
    for language in LANGUAGES:
        with override(language):
            translated = [str(word) for word in words]
        keywords[language] = tuple(
            dict.fromkeys([*(label_of(term, language) for term in terms), *translated])
        )
    return keywords


def stated(record: Any) -> list[str]:
    """The texts of a project or a use case that are not empty: of its story and of its facts."""
    items = [item["title"] for item in record.reuse_items]
    texts = [
        getattr(record, name) for name in (*Story.STORY_FIELDS, "supplier", "product", *Facts.FACT_TEXTS)
    ]
    return [text for text in (*texts, *items) if text]


def at_midnight(day: date | None) -> datetime | None:
    """The midnight at which a day begins, since a record stores times."""
    return make_aware(datetime.combine(day, time.min)) if day else None

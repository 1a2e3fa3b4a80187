"""A system check: every kind of subject is declared completely. A gap would otherwise fail only when a page is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.checks import Error, register
from django.db.models import Model

from subjects.models import HasSubject
from subjects.search import SearchFacet, SearchSource
from subjects.types import SubjectType, subject_types

MOST_SIGNS = 20
"""The most characters of a code: the length of the columns that store it."""


@register()
def every_kind_is_declared_whole(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [
        Error(f"The kind of subject “{declared.code}” has {fault}.", hint=f"See {where}.", id="subjects.E001")
        for declared in subject_types()
        for fault, where in faults_of(declared)
    ] + [
        Error(f"Two kinds of subjects have the same {what} “{name}”.", id="subjects.E002")
        for what, name in repeated()
    ]


def faults_of(declared: SubjectType) -> Iterator[tuple[str, str]]:
    """Yield each fault of a declaration, and the place to fix it."""
    model, name = declared.model, declared.model.__name__
    if not issubclass(model, HasSubject):
        yield "no row of its own in the table of subjects", f"{name}: HasSubject"
    if model.__str__ is Model.__str__:
        yield "no title", f"{name}.__str__"
    if not hasattr(model, "get_absolute_url"):
        yield "no address", f"{name}.get_absolute_url"
    if not (declared.label and declared.label_plural):
        yield "no label in the singular and the plural", "SubjectType.label"
    if not 0 < len(declared.code) <= MOST_SIGNS:
        yield f"no code of at most {MOST_SIGNS} characters", "SubjectType.code"
    if declared.search:
        yield from faults_of_search(declared.search)


def faults_of_search(source: SearchSource) -> Iterator[tuple[str, str]]:
    if not source.kinds:
        yield "a search source without a kind of record", "SearchSource.kinds"
    for kind in source.kinds:
        if not (kind.label and kind.label_plural):
            yield f"a kind of record, “{kind.code}”, without a label", "RecordKind.label"
        if f'id="{kind.icon}"' not in sprite():
            yield f"a kind of record, “{kind.code}”, without an icon", "icons/sprite.svg"
    for facet in source.facets:
        yield from faults_of_facet(facet)
    for sort in source.sorts:
        if not sort.label:
            yield f"an order, “{sort.code}”, without a label", "SearchSort.label"


def faults_of_facet(facet: SearchFacet) -> Iterator[tuple[str, str]]:
    if not facet.label:
        yield f"a facet, “{facet.code}”, without a label", "SearchFacet.label"
    if not (facet.vocabulary or facet.choices):
        yield f"a facet, “{facet.code}”, whose codes have no labels", "SearchFacet.choices"


def repeated() -> Iterator[tuple[str, str]]:
    """Yield names that two declarations share. They must be unique, since rows and addresses are looked up by them."""
    named = {
        "kind of record": [kind.code for one in subject_types() if one.search for kind in one.search.kinds],
        "sitemap": [one.sitemap.name for one in subject_types() if one.sitemap],
        "path of its pages": [str(one.urls.path) for one in subject_types() if one.urls],
        "address in the API": [one.api.path for one in subject_types() if one.api],
    }
    for what, names in named.items():
        yield from ((what, name) for name in sorted({name for name in names if names.count(name) > 1}))


def sprite() -> str:
    path = finders.find("icons/sprite.svg")
    return Path(path).read_text(encoding="utf-8") if path else ""

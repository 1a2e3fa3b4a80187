"""Builds the facets of a page from counted codes, the same for every backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.sorting import sort_key
from search.labels import Label, labels
from search.requests import SearchRequest
from search.results import Facet, FacetValue
from search.sources import facets
from subjects.search import SearchFacet

MOST = 24


def build_facets(counts: Mapping[str, Mapping[str, int]], request: SearchRequest) -> tuple[Facet, ...]:
    """Return the facets in the order of their declaration. A chosen code is included even without hits. Codes without a
    label are left out. At most one query, for labels."""
    declared = facets()
    codes = {name: {*counts.get(name, ()), *request.filters.get(name, ())} for name in declared}
    named = labels(codes, request.language)
    built = (
        Facet(name, _values(facet, counts.get(name, {}), request.filters.get(name, ()), named.get(name, {})))
        for name, facet in declared.items()
    )
    return tuple(facet for facet in built if facet.values)


def _values(
    facet: SearchFacet, counts: Mapping[str, int], chosen: tuple[str, ...], named: Mapping[str, Label]
) -> tuple[FacetValue, ...]:
    shown = set(named)
    if facet.hides_top:
        shown -= {code for code, label in named.items() if not label.parent}
    if facet.is_drilled:
        open_ = {*chosen, *(named[code].parent for code in chosen if code in named)}
        shown = {
            code
            for code in shown
            if code in open_ or named[code].parent not in shown or named[code].parent in open_
        }
    kept = set(sorted(shown, key=lambda code: (-counts.get(code, 0), code))[:MOST]) | (
        set(chosen) & set(named)
    )
    values: list[FacetValue] = []

    def add(code: str, depth: int) -> None:
        values.append(FacetValue(code, named[code].text, counts.get(code, 0), code in chosen, depth))
        for child in in_order(c for c in kept if named[c].parent == code):
            add(child, depth + 1)

    def in_order(some: Iterable[str]) -> list[str]:
        return sorted(
            some,
            key=lambda code: (
                named[code].rank if facet.is_ordered else -counts.get(code, 0),
                sort_key(named[code].text),
            ),
        )

    for code in in_order(c for c in kept if named[c].parent not in kept):
        add(code, 0)
    return tuple(values)

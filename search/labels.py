"""Labels of facet codes, and the broader code of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import CharField, Model, QuerySet, Value
from django.utils.translation import override

from search.sources import facets
from subjects.search import SearchFacet


@dataclass(frozen=True, slots=True)
class Label:
    """`rank` orders the codes of a facet whose own order has a meaning."""

    text: str
    parent: str = ""
    rank: int = 0


def labels(codes: Mapping[str, Collection[str]], language: str) -> dict[str, dict[str, Label]]:
    """Facet → code → label. At most one query. Codes without a label are left out."""
    declared = {name: facet for name, facet in facets().items() if codes.get(name)}
    wanted: dict[type[Model], set[str]] = {}
    for name, facet in declared.items():
        if facet.vocabulary:
            wanted.setdefault(facet.vocabulary, set()).update(codes[name])
    asked = [_rows(model, some, language) for model, some in wanted.items()]
    rows = asked[0].union(*asked[1:], all=True) if asked else ()
    known = {(model, code): Label(text, parent or "") for model, code, text, parent in rows}
    found = {}
    for name, facet in declared.items():
        own = _choices(facet, language)
        if facet.vocabulary:
            model = facet.vocabulary.__name__
            own = {code: known[model, code] for code in codes[name] if (model, code) in known}
        found[name] = {code: own[code] for code in codes[name] if code in own}
    return found


def _choices(facet: SearchFacet, language: str) -> dict[str, Label]:
    with override(language):
        pairs = facet.choices() if facet.choices else ()
        return {code: Label(str(text), rank=n) for n, (code, text) in enumerate(pairs)}


def _rows(model: type[Model], codes: Collection[str], language: str) -> QuerySet:
    """(name of the model, code, label, code of the broader term or "") of each row."""
    has_parent = any(field.name == "parent" for field in model._meta.get_fields())
    parent = "parent__code" if has_parent else Value("", output_field=CharField())
    terms = model._default_manager.filter(code__in=codes).order_by()
    return terms.values_list(Value(model.__name__), "code", f"label_{language}", parent)

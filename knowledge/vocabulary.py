"""The terms that filter lists and searches, as options of their facets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from core.listing import Facet, Filters, ListRequest, Option, Query, filters_of
from core.sorting import reader_language, sort_key
from knowledge.models.story import Stage
from knowledge.models.taxonomy import Area, Capability, Place, Technology, Theme

LEGENDS = {
    "kind": gettext_lazy("Kind of organisation"),
    "organisation_kind": gettext_lazy("Kind of organisation"),
    "area": gettext_lazy("Area of society"),
    "technology": gettext_lazy("Technology"),
    "theme": gettext_lazy("Theme"),
    "statement_kind": gettext_lazy("Offered or sought"),
    "capability": gettext_lazy("What is offered or sought"),
    "stage": gettext_lazy("Stage"),
    "place": gettext_lazy("Place"),
}
VOCABULARIES = {
    "area": Area,
    "technology": Technology,
    "theme": Theme,
    "place": Place,
    "capability": Capability,
}
BROAD = {
    "area": Q(parent=None),
    "technology": Q(parent=None) | Q(parent__code="ai"),
    "theme": ~Q(code=""),
    "capability": ~Q(code=""),
    "place": Q(kind=Place.LAN),
}
"""The terms that are offered before anything is chosen."""


Choices = Iterable[tuple[str, str | Promise]]

SORTS = {
    "newest": gettext_lazy("Newest first"),
    "name": gettext_lazy("A–Z"),
    "updated": gettext_lazy("Recently updated"),
    "confirmed": gettext_lazy("Recently confirmed"),
    "joined": gettext_lazy("Recently joined"),
    "ending": gettext_lazy("Ends soonest"),
}


def read_list(
    query: Query,
    *,
    facets: Sequence[str],
    sorts: Sequence[str],
    fixed: Mapping[str, Choices] | None = None,
) -> tuple[ListRequest, Filters]:
    """Return the list's request, and the filters that its page shows. `fixed` gives the options of facets that have no
    vocabulary. One query."""
    asked = ListRequest.from_query(query, facets=facets, sorts=sorts)
    options = offered(asked, facets, fixed or {})
    asked = asked.among(options)
    labels = {sort: str(SORTS[sort]) for sort in sorts}
    return asked, filters_of(asked, facets_of(options), labels, cleared=asked.cleared())


def offered(
    asked: ListRequest, names: Iterable[str], fixed: Mapping[str, Choices]
) -> dict[str, list[Option]]:
    """Return the options of each facet in `names`: broad terms, the chosen ones, and those directly below these.

    `fixed` are the code lists without a vocabulary, in their own order. One query.
    """
    options = _terms(asked, names)
    for name, choices in {"stage": Stage.choices, **fixed}.items():
        chosen = asked.chosen.get(name, ())
        options[name] = [Option(code, str(label), is_chosen=code in chosen) for code, label in choices]
    return {name: options.get(name, []) for name in names}


def facets_of(options: Mapping[str, list[Option]]) -> list[Facet]:
    """Make the facets. The first two, and those with a choice, are expanded."""
    return [
        Facet(name, str(LEGENDS[name]), some, n < 2 or any(option.is_chosen for option in some))
        for n, (name, some) in enumerate(options.items())
    ]


def _terms(asked: ListRequest, names: Iterable[str]) -> dict[str, list[Option]]:
    parts = []
    for name in (name for name in names if name in VOCABULARIES):
        model, chosen = VOCABULARIES[name], asked.chosen.get(name, ())
        wanted = BROAD[name] | Q(code__in=chosen)
        is_tree = hasattr(model, "parent")
        if is_tree:
            wanted |= Q(parent__code__in=chosen)
        parent = "parent__code" if is_tree else Value("")
        rows = model._default_manager.filter(wanted).order_by()
        parts.append(rows.values_list(Value(name), "code", f"label_{reader_language()}", parent))
    if not parts:
        return {}
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name, code, label, parent in parts[0].union(*parts[1:], all=True):
        found.setdefault(name, {})[code] = label, parent or ""
    return {name: _in_order(terms, asked.chosen.get(name, ())) for name, terms in found.items()}


def _in_order(terms: Mapping[str, tuple[str, str]], chosen: Collection[str]) -> list[Option]:
    """In alphabetical order, each narrower term below its broader one."""
    language = reader_language()
    options: list[Option] = []

    def add(codes: Iterable[str], depth: int) -> None:
        for code in sorted(codes, key=lambda code: sort_key(terms[code][0], language)):
            options.append(Option(code, terms[code][0], depth, is_chosen=code in chosen))
            add((other for other, (_, parent) in terms.items() if parent == code), depth + 1)

    add((code for code, (_, parent) in terms.items() if parent not in terms), 0)
    return options

"""What facet codes are called, and which is below which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Value
from django.utils.translation import gettext_lazy, override

from community.organisations.models import Kind
from knowledge.models import Area, Place, Stage, Technology

KIND_LABELS = {
    "use_case": gettext_lazy("Use cases"),
    "guide": gettext_lazy("Guides"),
    "article": gettext_lazy("Articles"),
    "project": gettext_lazy("Projects"),
    "organisation": gettext_lazy("Organisations"),
}
FACET_NAMES = {
    "kind": gettext_lazy("Kind"),
    "area": gettext_lazy("Area of society"),
    "technology": gettext_lazy("Technology"),
    "stage": gettext_lazy("Stage"),
    "country": gettext_lazy("Country"),
    "place": gettext_lazy("Place"),
    "organisation_kind": gettext_lazy("Kind of organisation"),
}
TREES = {"area": Area, "technology": Technology, "place": Place, "country": Place}


@dataclass(frozen=True, slots=True)
class Label:
    """`rank` orders codes of one facet where their own order means something."""

    text: str
    parent: str = ""
    rank: int = 0


def labels(codes: Mapping[str, Collection[str]], language: str) -> dict[str, dict[str, Label]]:
    """Facet → code → label. One query; codes that no vocabulary knows are left out."""
    with override(language):
        fixed = {
            "kind": {code: Label(str(text), rank=n) for n, (code, text) in enumerate(KIND_LABELS.items())},
            "stage": {stage.value: Label(str(stage.label), rank=n) for n, stage in enumerate(Stage)},
            "organisation_kind": {kind.value: Label(str(kind.label), rank=n) for n, kind in enumerate(Kind)},
        }
    found = {
        name: {code: fixed[name][code] for code in codes.get(name, ()) if code in fixed[name]}
        for name in fixed
    }
    wanted = {
        model: {code for name in TREES if TREES[name] is model for code in codes.get(name, ())}
        for model in dict.fromkeys(TREES.values())
    }
    asked = [
        model._default_manager.filter(code__in=its_codes)
        .order_by()
        .values_list(Value(model.__name__), "code", f"label_{language}", "parent__code")
        for model, its_codes in wanted.items()
        if its_codes
    ]
    rows = asked[0].union(*asked[1:], all=True) if asked else ()
    told = {(model, code): Label(text, parent or "") for model, code, text, parent in rows}
    for name, model in TREES.items():
        found[name] = {
            code: told[model.__name__, code] for code in codes.get(name, ()) if (model.__name__, code) in told
        }
    return found

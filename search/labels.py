"""What facet codes are called, and which is below which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

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
    """Facet → code → label. One query for each vocabulary that is asked for; codes unknown to it are left out."""
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
    for model in dict.fromkeys(TREES.values()):
        names = [name for name in TREES if TREES[name] is model and codes.get(name)]
        if wanted := {code for name in names for code in codes[name]}:
            rows = model._default_manager.filter(code__in=wanted).values_list(
                "code", f"label_{language}", "parent__code"
            )
            told = {code: Label(text, parent or "") for code, text, parent in rows}
            found |= {name: {code: told[code] for code in codes[name] if code in told} for name in names}
    return found

"""The differences between versions of a project, in words that a reader knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from django.db.models import Model

from community.projects.models import Project
from core.model_fields import field_of
from core.sorting import sort_key
from knowledge.facts import reading as fact_reading
from knowledge.models import Area, Facts, Place, Stage, Story, Tag, Technology, Theme
from knowledge.models.codes import Labels, code_labels

TERMS = {"areas": Area, "technologies": Technology, "themes": Theme}
PARTS = (
    "title",
    "benefit",
    "stage",
    "stop_reason",
    "language",
    "description",
    *Story.STORY_FIELDS,
    *Facts.FACT_FIELDS,
    "place",
    *TERMS,
    "tags",
)
Content = dict[str, Any]
"""A revision's stored JSON."""


@dataclass(frozen=True)
class Change:
    """One part that differs: its name, and its text before and after."""

    label: str
    before: str
    after: str


def changes_along(versions: Sequence[Content]) -> list[list[Change]]:
    """Return, for each version, its changes from the version before it, in the card's order. The first has none.

    `versions` begins with the oldest. The number of queries for the names of terms does not depend on their number.
    """
    labels = {name: names_of(model, used(versions, name)) for name, model in TERMS.items()}
    labels["place"] = names_of(Place, {version["place"] for version in versions if version.get("place")})
    labels["tags"] = names_of(Tag, {pk for version in versions for pk in tags_of(version)})
    codes = code_labels()
    readings = [reading(version, labels, codes) for version in versions]
    return [[], *(changes(older, newer) for older, newer in pairwise(readings))][: len(versions)]


def changes(older: Iterable[str], newer: Iterable[str]) -> list[Change]:
    return [
        Change(str(field_of(Project, name).verbose_name), before, after)
        for name, before, after in zip(PARTS, older, newer, strict=True)
        if before != after
    ]


def reading(version: Content, labels: dict[str, dict[int, str]], codes: Labels) -> list[str]:
    """The text of each of `PARTS`. `codes` are the labels of the facts' codes."""

    def joined(name: str, pks: Iterable[int]) -> str:
        return ", ".join(sorted((labels[name][pk] for pk in pks if pk in labels[name]), key=sort_key))

    def terms(name: str) -> str:
        return joined(name, version.get(name) or ())

    special: dict[str, Callable[[], str]] = {
        "stage": lambda: str(Stage(version["stage"]).label) if version.get("stage") else "",
        "place": lambda: labels["place"].get(version.get("place") or 0, ""),
        "tags": lambda: joined("tags", tags_of(version)),
        **{name: partial(terms, name) for name in TERMS},
        **{name: partial(fact_reading, name, version.get(name), codes) for name in Facts.FACT_FIELDS},
    }
    return [special[name]() if name in special else version.get(name) or "" for name in PARTS]


def used(versions: Sequence[Content], name: str) -> set[int]:
    return {pk for version in versions for pk in version.get(name) or ()}


def tags_of(version: Content) -> list[int]:
    return [item["tag"] for item in version.get("tagged_items") or ()]


def names_of(model: type[Model], pks: set[int]) -> dict[int, str]:
    return {pk: str(found) for pk, found in model._default_manager.in_bulk(pks).items()} if pks else {}

"""The facts of a record for people: their text, which of them are asked for, and what a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import BooleanField, DateField, Model
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.csv_files import read_rows
from core.model_fields import field_of
from knowledge.models.codes import CodeField, CodesField, Labels, MonthField
from knowledge.models.facts import GROUPS, Facts, FactTextField
from knowledge.models.story import Stage

REQUIRED = Path(__file__).parent / "taxonomy" / "required.csv"


# Reading


def label_of_field(model: type[Model] | Model, name: str) -> str:
    return capfirst(str(field_of(model, name).verbose_name))


def reading(name: str, value: Any, labels: Labels) -> str:
    """A fact as text in the active language, or "" where it is not stated. A code whose label has gone is left out.

    `value` is the model's value, or that of a stored version (JSON).
    """
    declared = field_of(Facts, name)
    if value in (None, "", []):
        return ""
    if isinstance(declared, CodeField):
        return labels.get(declared.code_list, {}).get(value, "")
    if isinstance(declared, CodesField):
        known = labels.get(declared.code_list, {})
        return ", ".join(label for code, label in known.items() if code in value)
    if isinstance(declared, BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(declared, MonthField):
        return month_in_words(value)
    if isinstance(declared, DateField):
        return date_format(value if isinstance(value, date) else date.fromisoformat(value), "j F Y")
    if name == "reuse_items":
        return ", ".join(item["title"] for item in value)
    return str(value)


def month_in_words(value: str) -> str:
    """“maj 2024” of "2024-05"; a year stays as it is."""
    year, _dash, number = value.partition("-")
    return date_format(date(int(year), int(number), 1), "F Y") if number else year


# Fields that are asked for


@cache
def requirements() -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """(field, stages, classes of the AI Act) from required.csv. No classes means all of them."""
    return tuple(
        (
            row["field"],
            frozenset(stage for stage in Stage.values if row[stage]),
            frozenset(row["ai_act_class"].split()),
        )
        for row in read_rows(REQUIRED)
    )


def asked_for(stage: str, ai_act_class: str) -> list[str]:
    """The names of the fields that a record of this stage and class should state, in the order of required.csv."""
    return [
        name
        for name, stages, classes in requirements()
        if stage in stages and (not classes or ai_act_class in classes)
    ]


def is_stated(record: Any, name: str) -> bool:
    """Whether a field of the record has a value. False is one."""
    value = getattr(record, name)
    if hasattr(value, "all"):
        return bool(value.all())
    return value not in (None, [], "") and bool(str(value).strip())


@dataclass(frozen=True)
class Completeness:
    """How much of what is asked for a record states: `stated` of `asked`, and the labels of the `missing` fields."""

    asked: int
    missing: list[str]

    @property
    def stated(self) -> int:
        return self.asked - len(self.missing)


def completeness(record: Any) -> Completeness:
    names = asked_for(record.stage, record.ai_act_class)
    missing = [label_of_field(record, name) for name in names if not is_stated(record, name)]
    return Completeness(len(names), missing)


# For the page


@dataclass(frozen=True)
class Fact:
    """One line of the page: `text` is "" where the fact is asked for and not stated."""

    name: str
    label: str
    text: str
    is_long: bool = False


@dataclass(frozen=True)
class ReuseItem:
    kind: str
    title: str
    url: str
    licence: str


@dataclass(frozen=True)
class ShownGroup:
    code: str
    heading: str
    facts: list[Fact]
    items: list[ReuseItem] = field(default_factory=list)


def fact_groups(record: Any, labels: Labels) -> list[ShownGroup]:
    """The facts that a page shows: those that are stated, and those that are asked for at the record's stage. Groups
    without any are left out."""
    asked = set(asked_for(record.stage, record.ai_act_class))
    found = []
    for group in GROUPS:
        facts = [
            Fact(name, label_of_field(record, name), text, isinstance(field_of(record, name), FactTextField))
            for name in group.fields
            if name != "reuse_items"
            and ((text := reading(name, getattr(record, name), labels)) or name in asked)
        ]
        items = reuse_items(record.reuse_items, labels) if group.code == "reuse" else []
        if items or any(fact.text for fact in facts):
            found.append(ShownGroup(group.code, str(group.heading), facts, items))
    return found


def reuse_items(stored: list[Mapping[str, str]], labels: Labels) -> list[ReuseItem]:
    return [
        ReuseItem(
            kind=labels.get("reuse_kind", {}).get(item.get("kind", ""), ""),
            title=item["title"],
            url=item.get("url", ""),
            licence=labels.get("licence", {}).get(item.get("licence", ""), item.get("licence", "")),
        )
        for item in stored
    ]

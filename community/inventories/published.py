"""Turns a row into a card: a checked record in our own codes. Reads and writes no rows of the database."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Model, URLField
from django.utils.translation import gettext as _

from community.inventories.addresses import web_address
from community.inventories.fields import FACTS, FIELDS, Kind, Source, UnknownValue
from community.inventories.losses import RowLosses
from community.inventories.mapping import Layout, MappingFault
from community.inventories.models import ImportedRecord
from community.inventories.text import (
    LEFT_OUT,
    clean,
    clean_id,
    cut,
    find_date,
    id_key,
    is_program_error,
)
from community.inventories.vocabulary import Vocabulary
from community.organisations.models import Kind as OrganisationKind
from community.organisations.models import Organisation
from community.participation.models import Role
from community.projects.models import Project
from core.model_fields import field_of
from knowledge.models import Facts, Stage, Story
from knowledge.models.codes import MONTH, CodeField, CodesField, MonthField
from knowledge.models.facts import MonthsField, YesNoField
from knowledge.tags import tags_of_pieces

ROLES = {
    "partners": Role.PARTNER,
    "suppliers": Role.SUPPLIER,
    "research": Role.RESEARCH,
    "funders": Role.FUNDER,
}
COLUMNS: dict[str, tuple[type[Model], str]] = {
    "organisation": (Organisation, "name"),
    "organisation_code": (Organisation, "code"),
    **{name: (ImportedRecord, name) for name in ("contact", "licence", "attribution")},
}
TERMS = ("areas", "technologies", "themes")
NOTHING = Source(Kind.CODE)
MOST_WORDS = 20
LONGEST_TAG = 60


class Fault(Exception):
    """The record is rejected; the message says why."""


@dataclass(frozen=True)
class Published:
    """The card of a record, in our codes. Equal cards have the same `digest`."""

    record_id: str
    title: str
    organisation: str
    stage: str
    language: str
    organisation_kind: str = OrganisationKind.OTHER.value
    organisation_code: str = ""
    organisation_country: str = ""
    place: str = ""
    areas: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    participants: tuple[tuple[str, str], ...] = ()
    """(role, name) of the other organisations that take part."""
    published: str = ""
    since: str = ""
    url: str = ""
    contact: str = ""
    licence: str = ""
    attribution: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The project's plain texts by field, without title and stage."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The project's facts that are stated."""

    @property
    def key(self) -> str:
        return id_key(self.record_id)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def owner(self) -> str:
        """The organisation as published. While it stays the same, the project keeps its owner."""
        return cut(f"{self.organisation}|{self.organisation_country}|{self.organisation_code}", 300)


def check_codes(layout: Layout, vocabulary: Vocabulary) -> None:
    """Raise `MappingFault` if the mapping itself names a code that does not exist here."""
    known: dict[str, Container[str]] = {
        "stage": Stage.values,
        "organisation_kind": OrganisationKind.values,
        **dict.fromkeys(["country", "organisation_country"], vocabulary.ids["places"]),
        **{name: vocabulary.ids[name] for name in TERMS},
    }
    for name in FACTS:
        declared = field_of(Facts, name)
        if isinstance(declared, YesNoField):
            known[name] = ("yes", "no")
        elif isinstance(declared, CodeField | CodesField):
            known[name] = vocabulary.codes[declared.code_list]
    for name, codes_known in known.items():
        wrong = sorted(code for code in layout.fields.get(name, NOTHING).codes if code not in codes_known)
        if wrong:
            raise MappingFault(
                _("fields.%(field)s of the mapping: “%(code)s” is no code of ours.")
                % {"field": name, "code": wrong[0]}
            )


def publish(layout: Layout, cells: Mapping[str, str], vocabulary: Vocabulary, losses: RowLosses) -> Published:
    """Return the card of a row. Values that are not understood or are shortened are added to `losses`. Raises `Fault`
    if the row cannot be a card."""
    row = {name: read(layout, name, cells, losses) for name in layout.fields}
    line = {
        name: shortened(name, values[0], losses)
        for name, values in row.items()
        if values and FIELDS[name] is Kind.LINE
    }
    if not line.get("title"):
        raise missing("title", _("It has no title."), losses)
    if not line.get("organisation"):
        raise missing("organisation", _("It names no organisation."), losses)
    country = code(row, "country", vocabulary.ids["places"])
    place = place_of(row, country, vocabulary)
    country = country or vocabulary.country_of(place)
    return Published(
        record_id=own_id(row["record_id"], losses),
        title=line["title"],
        organisation=line["organisation"],
        stage=required(row, "stage", losses, Stage.values),
        language=required(row, "language", losses),
        organisation_kind=code(row, "organisation_kind", OrganisationKind.values)
        or OrganisationKind.OTHER.value,
        organisation_code=line.get("organisation_code", ""),
        organisation_country=code(row, "organisation_country", vocabulary.ids["places"]) or country,
        place=place,
        **{name: codes(row, name, vocabulary) for name in TERMS},
        tags=tags(row.get("tags", []), losses),
        participants=tuple(participants(row, line["organisation"], losses)),
        published=day(layout, "published", row, losses),
        since=day(layout, "since", row, losses),
        url=address(row.get("url", []), losses),
        contact="" if line.get("contact") == LEFT_OUT else line.get("contact", ""),
        licence=line.get("licence", ""),
        attribution=line.get("attribution", ""),
        texts={
            name: shortened(name, row[name][0], losses)
            for name in ("benefit", "stop_reason", "description", "offers", "seeks", *Story.STORY_FIELDS)
            if row.get(name)
        },
        facts={
            name: value
            for name in FACTS
            if row.get(name) and (value := fact(name, row[name], vocabulary, losses)) not in (None, "", [])
        },
    )


def fact(name: str, values: list[str], vocabulary: Vocabulary, losses: RowLosses) -> Any:
    """A fact as the model stores it. A value that is not one of our codes, or has another form, is lost."""
    declared = field_of(Facts, name)
    if isinstance(declared, CodeField | CodesField):
        known = [value for value in values if value in vocabulary.codes[declared.code_list]]
        losses.add(name, *(value for value in values if value not in known))
        if isinstance(declared, CodesField):
            return list(dict.fromkeys(known))
        losses.add(name, *known[1:])
        return known[0] if known else ""
    first = values[0]
    if isinstance(declared, YesNoField):
        return {"yes": True, "no": False}.get(first)
    if isinstance(declared, URLField):
        return address(values, losses)
    if isinstance(declared, MonthsField | MonthField):
        is_number = isinstance(declared, MonthsField)
        if is_number and first.isdecimal() and int(first) <= MonthsField.MOST:
            return int(first)
        if not is_number and MONTH.fullmatch(first):
            return first
        losses.add(name, first)
        return None
    return shortened(name, first, losses)


def read(layout: Layout, name: str, cells: Mapping[str, str], losses: RowLosses) -> list[str]:
    """Return the field's values. If the field takes only one, the others are added to `losses`. Raises `Fault`."""
    try:
        found = [value for value in layout.fields[name].values(cells, layout.blank, losses.of(name)) if value]
    except UnknownValue as error:
        raise unknown(name, str(error)) from error
    if len(found) > 1 and FIELDS[name] in (Kind.LINE, Kind.TEXT, Kind.CODE, Kind.ID):
        losses.add(name, *found[1:])
    return found


def describe(layout: Layout, cells: Mapping[str, str]) -> tuple[str, str]:
    """Return the id and title that name a rejected row; "" for one that it does not have."""
    found = []
    for name in ("record_id", "title"):
        try:
            values = layout.fields[name].values(cells, layout.blank)
        except UnknownValue:
            values = []
        found.append(cut(" ".join(clean(values[0]).split()), 80) if values else "")
    return found[0], found[1]


def missing(name: str, sentence: str, losses: RowLosses) -> Fault:
    """Return the `Fault` of an empty field. If its cell holds a program's error value, the sentence says so."""
    error = next(
        (value for field, value in losses.not_understood if field == name and is_program_error(value)), ""
    )
    if not error:
        return Fault(sentence)
    return Fault(sentence + " " + _("Its cell holds the error %(error)s.") % {"error": error})


def unknown(name: str, value: str) -> Fault:
    return Fault(
        _("%(field)s: “%(value)s” is not a value this layout knows.")
        % {"field": name, "value": cut(value, 80)}
    )


def own_id(values: list[str], losses: RowLosses) -> str:
    record_id = clean_id(values[0]) if values else ""
    longest = field_of(ImportedRecord, "record_id").max_length or 0
    if not id_key(record_id):
        raise missing("record_id", _("It has no id of its own."), losses)
    if len(record_id) > longest or len(id_key(record_id)) > longest:
        raise Fault(_("Its id is longer than %(most)d characters.") % {"most": longest})
    if re.search(r"\w@\w", record_id):
        raise Fault(_("Its id is an e-mail address, which is not published."))
    return record_id


def shortened(name: str, text: str, losses: RowLosses) -> str:
    """Return the text, cut to the length of its column. A text field has no limit."""
    if FIELDS[name] is Kind.LINE:
        text = " ".join(text.split())
    model, column = COLUMNS.get(name, (Project, name))
    longest = field_of(model, column).max_length
    if not longest or len(text) <= longest:
        return text
    losses.shortened.append(name)
    return cut(text, longest)


def code(row: Mapping[str, list[str]], name: str, known: Container[str]) -> str:
    """Return the field's code, or "" if it has none. Raises `Fault` if it is not in `known`."""
    values = row.get(name, [])
    if values and values[0] not in known:
        raise unknown(name, values[0])
    return values[0] if values else ""


def required(
    row: Mapping[str, list[str]], name: str, losses: RowLosses, known: Container[str] | None = None
) -> str:
    values = row[name]
    if not values:
        raise missing(name, _("It does not say its %(field)s.") % {"field": name}, losses)
    if known is None and not re.fullmatch("[a-z]{2}", values[0]):
        raise unknown(name, values[0])
    return values[0] if known is None else code(row, name, known)


def codes(row: Mapping[str, list[str]], name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    for value in row.get(name, []):
        if value not in vocabulary.ids[name]:
            raise unknown(name, value)
    return vocabulary.narrowest(name, row.get(name, []))


def place_of(row: Mapping[str, list[str]], country: str, vocabulary: Vocabulary) -> str:
    published = row.get("place", [])
    if not published:
        return country
    place = vocabulary.place(published[0], country)
    if not place:
        raise unknown("place", published[0])
    return place


def participants(row: Mapping[str, list[str]], owner: str, losses: RowLosses) -> Iterator[tuple[str, str]]:
    for name, role in ROLES.items():
        names = dict.fromkeys(shortened("organisation", value, losses) for value in row.get(name, []))
        losses.add(name, *list(names)[MOST_WORDS:])
        yield from ((role.value, other) for other in list(names)[:MOST_WORDS] if other != owner)


def tags(values: list[str], losses: RowLosses) -> tuple[str, ...]:
    unique = tags_of_pieces(value for value in values if LEFT_OUT not in value)
    found = sorted(tag for tag in unique if len(tag) <= LONGEST_TAG)
    losses.add("tags", *(tag for tag in unique if len(tag) > LONGEST_TAG), *found[MOST_WORDS:])
    return tuple(found[:MOST_WORDS])


def day(layout: Layout, name: str, row: Mapping[str, list[str]], losses: RowLosses) -> str:
    """Return the first value that is a date, in ISO 8601, or ""."""
    for value in row.get(name, []):
        if found := find_date(value, layout.fields[name].all_dates):
            return found.isoformat()
        losses.add(name, value)
    return ""


def address(values: list[str], losses: RowLosses) -> str:
    """Return the first usable web address, or "". All others are added to `losses`."""
    found, left = "", list[str]()
    for value in values:
        url, others = web_address(value)
        left += others if url and not found else [url, *others] if url else [value]
        found = found or url
    losses.add("url", *left)
    return found

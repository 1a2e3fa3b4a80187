"""How a published layout fills the card: a TOML file, shipped in `mappings/` or given. See docs/importing.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from community.projects.inventories import vocabulary
from community.projects.inventories.rows import heading_key
from community.projects.inventories.text import clean, first_sentence, label_key
from foundation.refusals import Refusal
from knowledge.models import Story

SHIPPED = Path(__file__).parent / "mappings"
ALWAYS_BLANK = ("–", "n/a", "null", "nan")


class MappingFault(Refusal):
    """The mapping itself is wrong; the sentence says where."""


class Kind(Enum):
    """What a field of the card takes."""

    LINE = "a line of text"
    TEXT = "text"
    CODE = "one code"
    CODES = "codes"
    WORDS = "a list of words or names"
    DATE = "a date"
    ADDRESS = "a web address"
    ID = "the record's own id"


FIELDS: dict[str, Kind] = {
    "record_id": Kind.ID,
    **dict.fromkeys(
        [
            "title",
            "benefit",
            "stop_reason",
            "organisation",
            "organisation_code",
            "contact",
            "licence",
            "attribution",
        ],
        Kind.LINE,
    ),
    **dict.fromkeys(["description", "offers", "seeks", *Story.STORY_FIELDS], Kind.TEXT),
    **dict.fromkeys(
        ["stage", "language", "organisation_kind", "organisation_country", "country", "place"], Kind.CODE
    ),
    **dict.fromkeys(["areas", "technologies", "themes"], Kind.CODES),
    **dict.fromkeys(["tags", "partners", "suppliers", "research", "funders"], Kind.WORDS),
    **dict.fromkeys(["published", "since"], Kind.DATE),
    "url": Kind.ADDRESS,
}
REQUIRED = ("record_id", "title", "organisation", "stage", "language")
KEYS = {
    "constant", "column", "first", "join", "between", "table", "labels", "split", "take", "dates", "default", "unknown",
    "format",
}  # fmt: skip


class UnknownValue(Exception):
    """A published value that no table knows, where one code is needed."""


@dataclass(frozen=True)
class Source:
    """Where a field's values come from: one of constant, column, first or join; the rest says what is made of them."""

    kind: Kind
    constant: tuple[str, ...] = ()
    column: str = ""
    first: tuple[Source, ...] = ()
    join: tuple[Source, ...] = ()
    between: str = "\n\n"
    table: Mapping[str, str] | None = None
    split: str = ""
    take: str = ""
    dates: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    unknown: str | None = None
    format: str = ""

    @property
    def columns(self) -> list[str]:
        """The published headings read."""
        inner = [name for part in (*self.first, *self.join) for name in part.columns]
        return [self.column, *inner] if self.column else inner

    @property
    def all_dates(self) -> tuple[str, ...]:
        return (*self.dates, *(form for part in (*self.first, *self.join) for form in part.all_dates))

    @property
    def codes(self) -> set[str]:
        """Every code of ours the mapping itself names."""
        named = {*self.constant, *self.default, *(self.table or {}).values(), self.unknown or ""}
        inner = [part.codes for part in (*self.first, *self.join)]
        return named.union(*inner) - {""}

    def values(self, cells: Mapping[str, str], blank: frozenset[str]) -> list[str]:
        """What the row says, in our words and codes. Raises `UnknownValue`."""
        found = self.gather(cells, blank)
        if self.table is not None:
            found = [ours for value in found for ours in self.translate(value)]
        elif self.split:
            found = [part for value in found for part in self.parts(value)]
        if self.take:
            found = [first_sentence(value) for value in found]
        if self.format:
            found = [self.format.replace("{}", value) for value in found]
        return found or list(self.default)

    def gather(self, cells: Mapping[str, str], blank: frozenset[str]) -> list[str]:
        if self.column:
            raw = cells[heading_key(self.column)]
            value = raw.strip() if self.kind in (Kind.ADDRESS, Kind.ID) else clean(raw)
            return [value] if value and label_key(value) not in blank else []
        if self.join:
            parts = [value for source in self.join for value in source.values(cells, blank)]
            return (
                parts
                if self.kind in (Kind.CODES, Kind.WORDS)
                else [self.between.join(parts)]
                if parts
                else []
            )
        for source in self.first:
            if found := source.values(cells, blank):
                return found
        return list(self.constant)

    def translate(self, value: str) -> Iterator[str]:
        """Our code for a published label: of the whole cell, else of its parts."""
        table = self.table or {}
        if (ours := table.get(label_key(value))) is not None:
            yield from filter(None, [ours])
            return
        if self.kind is Kind.CODES or self.split:
            for part in self.parts(value):
                known = table.get(label_key(part), "" if self.kind is Kind.CODES else part)
                yield from filter(None, [known])
        elif self.unknown is not None:
            yield from filter(None, [self.unknown])
        elif self.kind is Kind.CODE:
            raise UnknownValue(value)
        else:
            yield value

    def parts(self, value: str) -> list[str]:
        pattern = "[" + re.escape(self.split or ";,") + "\n]"
        return [part.strip() for part in re.split(pattern, value) if part.strip()]


@dataclass(frozen=True)
class Layout:
    """A published layout: its name, and where each field of the card comes from."""

    source: str
    name: str
    sheet: str
    blank: frozenset[str]
    fields: Mapping[str, Source]

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(name for source in self.fields.values() for name in source.columns))


def shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_shipped(name: str) -> Layout:
    known = shipped()
    if name in known:
        return load_mapping(SHIPPED / f"{name}.toml")
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.3)
    sentence = _("There is no source “%(name)s”; there are: %(known)s.") % {
        "name": name,
        "known": ", ".join(known),
    }
    if near:
        sentence += " " + _("Did you mean “%(near)s”?") % {"near": near[0]}
    raise MappingFault(sentence)


def load_mapping(path: Path) -> Layout:
    """Read and check a mapping. Raises `MappingFault` with what is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingFault(
            _("The mapping %(file)s can’t be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error
    except ValueError as error:
        raise MappingFault(
            _("The mapping %(file)s is not valid TOML: %(why)s.") % {"file": path, "why": error}
        ) from error
    try:
        return layout_of(data)
    except MappingFault as fault:
        raise MappingFault(_("The mapping %(file)s: %(why)s") % {"file": path, "why": fault}) from fault


def layout_of(data: Mapping[str, Any]) -> Layout:
    check_names(data, {"inventory", "fields"}, _("the file"))
    about = table_of(data.get("inventory", {}), "inventory")
    check_names(about, {"source", "name", "sheet", "blank"}, "inventory")
    fields = table_of(data.get("fields", {}), "fields")
    check_names(fields, FIELDS.keys(), "fields")
    missing = [name for name in REQUIRED if name not in fields]
    if missing:
        raise MappingFault(_("these fields must be filled: %(names)s.") % {"names": ", ".join(missing)})
    source = about.get("source", "")
    if not isinstance(source, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", source):
        raise MappingFault(_("inventory.source must be a short name of small letters, digits and hyphens."))
    blank = strings(about.get("blank", []), "inventory.blank")
    return Layout(
        source=source,
        name=str(about.get("name", source)),
        sheet=str(about.get("sheet", "")),
        blank=frozenset(map(label_key, (*ALWAYS_BLANK, *blank))),
        fields={name: source_of(spec, FIELDS[name], f"fields.{name}") for name, spec in fields.items()},
    )


def source_of(spec: Any, kind: Kind, where: str) -> Source:
    """A column's heading alone, or a table of `KEYS`."""
    if isinstance(spec, str):
        spec = {"column": spec}
    spec = table_of(spec, where)
    check_names(spec, KEYS, where)
    if sum(key in spec for key in ("constant", "column", "first", "join")) != 1:
        raise MappingFault(_("%(where)s needs one of constant, column, first and join.") % {"where": where})
    if "table" in spec and "labels" in spec:
        raise MappingFault(_("%(where)s has both table and labels; choose one.") % {"where": where})
    if spec.get("take", "first sentence") != "first sentence":
        raise MappingFault(_("%(where)s.take can only be “first sentence”.") % {"where": where})
    if "format" in spec and "{}" not in str(spec["format"]):
        raise MappingFault(_("%(where)s.format needs {} where the value goes.") % {"where": where})
    inner = {
        key: tuple(
            source_of(part, kind, f"{where}.{key}[{at}]")
            for at, part in enumerate(listed(spec.get(key, []), where))
        )
        for key in ("first", "join")
    }
    return Source(
        kind=kind,
        constant=strings(spec.get("constant", []), f"{where}.constant"),
        column=text_of(spec, "column", where),
        **inner,
        between=text_of(spec, "between", where, "\n\n"),
        table=translations(spec, where),
        split="".join(strings(spec.get("split", []), f"{where}.split")),
        take=text_of(spec, "take", where),
        dates=strings(spec.get("dates", ["%Y-%m-%d"] if kind is Kind.DATE else []), f"{where}.dates"),
        default=strings(spec.get("default", []), f"{where}.default"),
        unknown=text_of(spec, "unknown", where) if "unknown" in spec else None,
        format=text_of(spec, "format", where),
    )


def translations(spec: Mapping[str, Any], where: str) -> dict[str, str] | None:
    """Published label → ours, from the mapping's own table or the code lists' published labels ("areas.pstw")."""
    if "table" in spec:
        pairs = table_of(spec["table"], f"{where}.table")
        return {label_key(clean(label)): str(ours) for label, ours in pairs.items()}
    if "labels" not in spec:
        return None
    found: dict[str, str] = {}
    for label in strings(spec["labels"], f"{where}.labels"):
        name, _dot, column = label.partition(".")
        if name not in vocabulary.LISTS or column not in vocabulary.label_columns(name):
            raise MappingFault(
                _("%(where)s.labels: “%(label)s” is not a column of a code list, such as areas.pstw.")
                % {"where": where, "label": label}
            )
        found = vocabulary.codes_by_label(name, (column,)) | found
    return found


def check_names(found: Mapping[str, Any], known: Any, where: str) -> None:
    for name in found:
        if name not in known:
            sentence = _("%(where)s has no “%(name)s”.") % {"where": where, "name": name}
            if near := get_close_matches(name, list(known), n=1):
                sentence += " " + _("Did you mean “%(near)s”?") % {"near": near[0]}
            raise MappingFault(sentence)


def table_of(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MappingFault(_("%(where)s must be a table.") % {"where": where})
    return value


def listed(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise MappingFault(_("%(where)s must hold a list.") % {"where": where})
    return value


def strings(value: Any, where: str) -> tuple[str, ...]:
    """One text or several."""
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in values):
        raise MappingFault(_("%(where)s must be text, or a list of texts.") % {"where": where})
    return tuple(values)


def text_of(spec: Mapping[str, Any], key: str, where: str, default: str = "") -> str:
    value = spec.get(key, default)
    if not isinstance(value, str):
        raise MappingFault(_("%(where)s must be text.") % {"where": f"{where}.{key}"})
    return value

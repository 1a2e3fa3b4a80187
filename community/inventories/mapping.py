"""Reads mappings: TOML files, shipped in `mappings/` or your own, that say which columns fill which fields of a card.
See docs/importing.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from community.inventories import vocabulary
from community.inventories.encoding import known_encoding
from community.inventories.fields import FIELDS, KEYS, REQUIRED, Kind, Source
from community.inventories.rows import Reading, heading_key
from community.inventories.text import clean, label_key
from core.refusals import Refusal

SHIPPED = Path(__file__).parent / "mappings"
ABOUT = {"source", "name", "sheet", "hidden", "encoding", "records", "blank", "skip_when"}
ALWAYS_BLANK = ("–", "n/a", "null", "nan")


class MappingFault(Refusal):
    """The mapping has a mistake; the sentence says where."""


@dataclass(frozen=True)
class Condition:
    """A condition on one column for rows to skip: the value is one of `labels`, or none of them if `but` is set."""

    column: str
    labels: frozenset[str]
    but: bool = False

    def holds(self, cells: Mapping[str, str], blank: frozenset[str]) -> bool:
        label = label_key(clean(cells.get(heading_key(self.column), "")))
        return (("" if label in blank else label) in self.labels) is not self.but


@dataclass(frozen=True)
class Layout:
    """A published layout: its name, the source of each field of the card, and which rows are skipped."""

    source: str
    name: str
    reading: Reading
    blank: frozenset[str]
    skip_when: tuple[Condition, ...]
    fields: Mapping[str, Source]

    @property
    def columns(self) -> list[str]:
        read = [name for source in self.fields.values() for name in source.columns]
        return list(dict.fromkeys([*read, *(condition.column for condition in self.skip_when)]))

    def skips(self, cells: Mapping[str, str]) -> bool:
        return any(condition.holds(cells, self.blank) for condition in self.skip_when)


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
    check_names(about, ABOUT, "inventory")
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
        reading=reading_of(about),
        skip_when=tuple(
            condition_of(spec, f"inventory.skip_when[{at}]")
            for at, spec in enumerate(listed(about.get("skip_when", []), "inventory.skip_when"))
        ),
        blank=frozenset(map(label_key, (*ALWAYS_BLANK, *blank))),
        fields={name: source_of(spec, FIELDS[name], f"fields.{name}") for name, spec in fields.items()},
    )


def reading_of(about: Mapping[str, Any]) -> Reading:
    encoding = text_of(about, "encoding", "inventory")
    if encoding and not known_encoding(encoding):
        raise MappingFault(_("inventory.encoding: there is no encoding “%(name)s”.") % {"name": encoding})
    hidden = about.get("hidden", False)
    if not isinstance(hidden, bool):
        raise MappingFault(_("inventory.hidden must be true or false."))
    return Reading(
        sheet=text_of(about, "sheet", "inventory"),
        hidden=hidden,
        encoding=encoding,
        records=text_of(about, "records", "inventory"),
    )


def condition_of(spec: Any, where: str) -> Condition:
    spec = table_of(spec, where)
    check_names(spec, {"column", "is", "is_not"}, where)
    column = text_of(spec, "column", where)
    if not column or ("is" in spec) == ("is_not" in spec):
        raise MappingFault(_("%(where)s needs column, and one of is and is_not.") % {"where": where})
    said = "is" if "is" in spec else "is_not"
    labels = strings(spec[said], f"{where}.{said}")
    return Condition(column, frozenset(map(label_key, labels)), but=said == "is_not")


def source_of(spec: Any, kind: Kind, where: str) -> Source:
    """Parse the source of a field: a column's heading, or a table with `KEYS`. Raises `MappingFault`."""
    if isinstance(spec, str):
        spec = {"column": spec}
    spec = table_of(spec, where)
    check_names(spec, KEYS, where)
    if sum(key in spec for key in ("constant", "column", "columns", "first", "join")) != 1:
        raise MappingFault(_("%(where)s needs one of constant, column, first and join.") % {"where": where})
    if "columns" in spec and kind is not Kind.ID:
        raise MappingFault(_("%(where)s: only record_id is made of columns; others join.") % {"where": where})
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
        made_of=strings(spec.get("columns", []), f"{where}.columns"),
        **inner,
        between=text_of(spec, "between", where, "\n\n"),
        table=translations(spec, where),
        split=tuple(filter(None, strings(spec.get("split", []), f"{where}.split"))),
        take=text_of(spec, "take", where),
        dates=strings(spec.get("dates", ["%Y-%m-%d"] if kind is Kind.DATE else []), f"{where}.dates"),
        default=strings(spec.get("default", []), f"{where}.default"),
        unknown=text_of(spec, "unknown", where) if "unknown" in spec else None,
        format=text_of(spec, "format", where),
    )


def translations(spec: Mapping[str, Any], where: str) -> dict[str, str] | None:
    """Return our value by published label, from the mapping's `table` or from columns of code lists ("areas.pstw").
    Returns None if the field has neither."""
    if "table" in spec:
        pairs = table_of(spec["table"], f"{where}.table")
        return {label_key(clean(label)): str(ours) for label, ours in pairs.items()}
    if "labels" not in spec:
        return None
    found: dict[str, str] = {}
    for label in strings(spec["labels"], f"{where}.labels"):
        name, _dot, column = label.partition(".")
        if not vocabulary.is_list(name) or column not in vocabulary.label_columns(name):
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
    """Return a text or a list of texts as a tuple. Raises `MappingFault`."""
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in values):
        raise MappingFault(_("%(where)s must be text, or a list of texts.") % {"where": where})
    return tuple(values)


def text_of(spec: Mapping[str, Any], key: str, where: str, default: str = "") -> str:
    value = spec.get(key, default)
    if not isinstance(value, str):
        raise MappingFault(_("%(where)s must be text.") % {"where": f"{where}.{key}"})
    return value

"""The taxonomy for imports: code by published label, primary key by code, and which place a region code means."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from community.inventories.text import label_key
from core.csv_files import read_rows
from knowledge.models import Area, Code, Place, Technology, Theme
from knowledge.seeding import DATA

LISTS: dict[str, type[Any]] = {"areas": Area, "themes": Theme, "technologies": Technology, "places": Place}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a code list. `codes/extent` is the list of facts of that name."""
    file_name, _slash, part = name.partition("/")
    if part:
        return [row for row in rows(file_name) if row["list"] == part]
    return read_rows(DATA / f"{name}.csv")


@cache
def label_columns(name: str) -> frozenset[str]:
    return frozenset(rows(name)[0]) - {"code", "parent", "kind", "list", "head"}


def is_list(name: str) -> bool:
    return name in LISTS or (name.startswith("codes/") and bool(rows(name)))


@cache
def codes_by_label(name: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Return our code by published label (as `label_key`), from columns of a code list. The first code of a label
    counts."""
    found: dict[str, str] = {}
    for row in rows(name):
        for column in columns:
            for label in row[column].split(";"):
                if label.strip():
                    found.setdefault(label_key(label), row["code"])
    return found


class Vocabulary:
    """The codes in the database when the import begins, read once."""

    def __init__(self) -> None:
        self.ids = {
            name: dict(model._default_manager.values_list("code", "pk")) for name, model in LISTS.items()
        }
        self.parents: dict[str, dict[str, str]] = {
            name: dict(model._default_manager.exclude(parent=None).values_list("code", "parent__code"))
            for name, model in LISTS.items()
            if model is not Theme
        }
        self.codes: dict[str, set[str]] = {"technology": set(self.ids["technologies"])}
        for code_list, code in Code.objects.values_list("list", "code"):
            self.codes.setdefault(code_list, set()).add(code)
        places = rows("places")
        countries = [row for row in places if row["kind"] == Place.COUNTRY]
        self._countries = {
            row[column]: row["code"] for row in countries for column in ("iso", "nuts") if row[column]
        }
        self._lan = {row["nuts"]: row["code"] for row in places if row["kind"] == Place.LAN}
        self._nuts = {code: nuts for nuts, code in self._lan.items()}
        self._aliases = {(row["published"], row["country"]): row["place"] for row in rows("place_aliases")}

    def narrowest(self, name: str, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the codes sorted, without those that a narrower one implies."""
        unique = set(codes)
        implied = {broader for code in unique for broader in self.line(name, code)[1:]}
        return tuple(sorted(unique - implied))

    def line(self, name: str, code: str) -> list[str]:
        """Return the code and all broader ones, narrowest first."""
        parents = self.parents.get(name, {})
        found = [code]
        while found[-1] in parents:
            found.append(parents[found[-1]])
        return found

    def country_of(self, place: str) -> str:
        return self.line("places", place)[-1] if place else ""

    def lies_in(self, place: str, region: str) -> bool:
        """Return whether the place is part of the region. A län is part of each NUTS region whose code is a prefix of
        its own NUTS code."""
        line = self.line("places", place)
        return region in line[1:] or any(
            self._nuts.get(code, "").startswith(region) for code in line if region
        )

    def place(self, published: str, country: str) -> str:
        """Return the code of the place that a published region code means within a country ("" if unknown).

        An unknown region code means the country itself. The steps are those of `knowledge/taxonomy/README.md`.
        """
        code = published.upper()
        if code in self.ids["places"] and (not country or self.country_of(code) == country):
            found = code
        elif code in self._countries and (not country or self._countries[code] == country):
            found = self._countries[code]
        else:
            found = self._aliases.get((code, country), country)
        return self._lan.get(found, found)

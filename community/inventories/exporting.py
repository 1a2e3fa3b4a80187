"""Writes projects in the columns of a published standard, from the model and never from the published row.

`standards/held.csv` lists the columns of each standard in their published order, and says of each whether the record
holds it: held, lossy or not held, and why. `standards/labels.csv` has the labels that no code list of ours holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import QuerySet

from community.inventories import vocabulary
from community.projects.models import Project
from core.audience import PUBLIC
from core.csv_files import read_rows
from core.own_address import whole_address
from knowledge.models import Place

STANDARDS = Path(__file__).parent / "standards"
CHUNK = 200
FORMULA = ("=", "+", "-", "@", "\t")
"""A spreadsheet program runs a cell that begins with one of these."""


@dataclass(frozen=True)
class Column:
    """A column of a standard. `value` names a function of `VALUES` or a fact, `labels` the list that translates its
    codes; both are empty where it is not held."""

    name: str
    value: str
    labels: str
    held: str
    why: str


@cache
def standards() -> dict[str, tuple[Column, ...]]:
    found: dict[str, list[Column]] = {}
    for row in read_rows(STANDARDS / "held.csv"):
        name = row.pop("standard")
        found.setdefault(name, []).append(Column(name=row.pop("column"), **row))
    return {name: tuple(columns) for name, columns in found.items()}


@cache
def labels_of(name: str) -> Mapping[str, str]:
    """Our code → published label, the first of several. `name` is a list of labels.csv, or a column of a code list such
    as `areas.pstw`."""
    code_list, dot, column = name.partition(".")
    if not dot:
        return {
            row["code"]: row["label"] for row in read_rows(STANDARDS / "labels.csv") if row["list"] == name
        }
    return {row["code"]: row[column].split(";")[0] for row in vocabulary.rows(code_list) if row[column]}


def exportable(*, own: bool = False) -> QuerySet[Project]:
    """The projects that everyone may see; with `own`, only those of members."""
    found = (
        Project.objects.filter(live=True, subject__audience__meets=[PUBLIC])
        .select_related("organisation", "provenance", "place__parent__parent__parent")
        .prefetch_related("areas", "tagged_items__tag")
        .order_by("pk")
    )
    return found.filter(is_reference=False) if own else found


def rows(standard: str, projects: QuerySet[Project]) -> Iterator[list[str]]:
    """The headings, then the cells of each project."""
    columns = standards()[standard]
    yield [column.name for column in columns]
    for project in projects.iterator(CHUNK):
        yield [cell(column, project) for column in columns]


def cell(column: Column, project: Project) -> str:
    if not column.value:
        return ""
    found = VALUES[column.value](project) if column.value in VALUES else fact(project, column.value)
    values = [found] if isinstance(found, str) else found
    if column.labels:
        known = labels_of(column.labels)
        values = [known[value] for value in values if value in known]
    text = ", ".join(value for value in values if value)
    return f"'{text}" if text.startswith(FORMULA) else text


def fact(project: Project, name: str) -> str | list[str]:
    value = getattr(project, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, list) else "" if value is None else str(value)


def record_id(project: Project) -> str:
    return project.provenance.record_id if hasattr(project, "provenance") else f"samverka-{project.pk}"


def url(project: Project) -> str:
    published = project.provenance.url if hasattr(project, "provenance") else ""
    return published or ("" if project.is_reference else whole_address(project.get_absolute_url()))


def line_of(project: Project) -> list[Place]:
    return project.place.line() if project.place else []


def country(project: Project) -> str:
    return next((place.code for place in line_of(project) if place.kind == Place.COUNTRY), "")


def region(project: Project) -> str:
    """The place as a NUTS code: that of the county for a Swedish municipality."""
    nuts = nuts_of_counties()
    return next(
        (nuts.get(place.code, place.code) for place in line_of(project) if place.kind != Place.KOMMUN), ""
    )


@cache
def nuts_of_counties() -> dict[str, str]:
    return {row["code"]: row["nuts"] for row in vocabulary.rows("places") if row["kind"] == Place.LAN}


def areas(project: Project) -> list[str]:
    return [area.code for area in project.areas.all()]


def published(project: Project) -> str:
    return f"{project.first_published_at:%d/%m/%Y}" if project.first_published_at else ""


VALUES: dict[str, Callable[[Project], str | list[str]]] = {
    "record_id": record_id,
    "title": lambda project: project.title,
    "url": url,
    "description": lambda project: project.description or project.benefit,
    "how_it_works": lambda project: project.how_it_works,
    "country": country,
    "place": region,
    "organisation": lambda project: project.organisation.name,
    "organisation_kind": lambda project: project.organisation.kind,
    "area_division": lambda project: list(dict.fromkeys(code[:2] for code in areas(project))),
    "area_group": lambda project: [code for code in areas(project) if len(code) > 2],
    "stage": lambda project: project.stage,
    "began_year": lambda project: project.began[:4],
    "ended_year": lambda project: project.ended[:4],
    "tags": lambda project: [item.tag.name for item in project.tagged_items.all()],
    "published": published,
}

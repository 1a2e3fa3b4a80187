"""Imports of the three complete published inventories."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from community.inventories.exporting import standards
from community.inventories.importing import Report, import_inventory
from community.inventories.mapping import load_shipped
from community.inventories.models import ImportRun
from community.inventories.reading import open_inventory
from community.inventories.text import clean, label_key
from community.inventories.undoing import undo_import
from community.organisations.models import MergeCandidate, Organisation
from community.projects.models import Project
from tests.support.inventories import Inventory, counts, exported, published

pytestmark = pytest.mark.django_db

ROWS = {"eu-pstw-2025": 2007, "us-federal-ai-2024": 2133, "uk-atrs": 136}


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Report]]:
    """Import all three once for the module, one after the other, and roll back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield {name: load(name) for name in ROWS}
        transaction.set_rollback(True)


def load(name: str) -> Report:
    layout, path, report = load_shipped(name), published(name), Report()
    rows = open_inventory(path, layout.columns)
    import_inventory(rows=rows, layout=layout, file_name=path.name, report=report)
    return report


def test_all_rows_are_imported(imported: dict[str, Report]) -> None:
    assert {name: report.created for name, report in imported.items()} == ROWS
    assert not any(report.rejections for report in imported.values())
    assert dict(Counter(Project.objects.values_list("provenance__source", flat=True))) == ROWS
    reference = Project.objects.filter(is_reference=True, live=True, language="en")
    assert reference.count() == sum(ROWS.values())
    assert not reference.filter(first_published_at=None).exists()
    assert not reference.filter(provenance__attribution="").exists()
    assert not reference.filter(provenance__licence="").exists()
    assert not reference.filter(place=None).exists()


@pytest.mark.parametrize("name", ROWS)
def test_a_second_import_changes_nothing(imported: dict[str, Report], name: str) -> None:
    assert load(name).counts() == {
        "rows": ROWS[name],
        "created": 0,
        "updated": 0,
        "unchanged": ROWS[name],
        "rejected": 0,
    }


def test_the_european_inventory_in_swedish_municipalities(imported: dict[str, Report]) -> None:
    swedish = Project.objects.filter(provenance__source="eu-pstw-2025", organisation__country__code="SE")
    assert swedish.count() == 44
    chatbot = swedish.get(provenance__record_id="PSTW-1771")
    assert chatbot.organisation.code == "0780"
    assert not chatbot.organisation.is_reference
    assert chatbot.place.code == "0780"
    assert chatbot.stage == "in_use"
    assert {term.code for term in chatbot.technologies.all()} == {"chatbot", "language"}
    assert {term.code for term in chatbot.areas.all()} == {"01.3"}
    codes = "0139 0180 0181 0182 0484 0780 1080 1280 1283 1384 1480 1485 1490 1496 1880 2280"
    public = swedish.exclude(organisation__code=None)
    assert set(public.values_list("organisation__code", flat=True)) == set(codes.split())
    assert not Organisation.objects.filter(name__icontains="Municipality of", country__code="SE").exists()


def test_codes_are_found_for_nearly_all_published_values(imported: dict[str, Report]) -> None:
    european = Project.objects.filter(provenance__source="eu-pstw-2025")
    assert european.filter(areas=None).count() == 0
    assert european.filter(technologies=None).count() < 20
    assert set(european.values_list("stage", flat=True)) == {
        "planned",
        "developing",
        "pilot",
        "in_use",
        "retired",
    }
    federal = Project.objects.filter(provenance__source="us-federal-ai-2024")
    assert federal.filter(areas=None).count() < 200
    assert federal.values("organisation").distinct().count() == 41


def test_an_organisation_in_two_inventories_is_created_once(imported: dict[str, Report]) -> None:
    both = Organisation.objects.filter(
        name__startswith="Department for Work and Pensions", country__code="GB"
    )
    assert both.count() == 1
    sources = set(both.get().projects.values_list("provenance__source", flat=True))
    assert sources == {"eu-pstw-2025", "uk-atrs"}


def test_uncertain_organisations_are_in_the_merge_list(imported: dict[str, Report]) -> None:
    candidates = MergeCandidate.objects.waiting().with_organisations()
    pairs = {frozenset((candidate.organisation.name, candidate.other.name)) for candidate in candidates}
    assert frozenset(("Karolinska Institutet", "Karolinska Institutet in Sweden")) in pairs
    assert frozenset(("University of Bonn", "University of Ulm")) not in pairs
    assert 50 < len(pairs) < 300


def test_undoing_all_leaves_only_the_public_bodies(imported: dict[str, Report]) -> None:
    for run in ImportRun.objects.order_by("-pk"):
        undo_import(run=run)
    assert not Project.objects.exists()
    assert not Organisation.objects.filter(is_reference=True).exists()
    assert Organisation.objects.exclude(code=None).count() == 311


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_published_file_in_another_encoding_is_read_the_same_way(
    inventory: Inventory, tmp_path: Path, encoding: str
) -> None:
    source = published("uk-atrs")
    inventory.load(source, source="uk-atrs")
    copy = tmp_path / "copy.csv"
    copy.write_text(source.read_text(encoding="utf-8"), encoding=encoding)
    assert counts(inventory.load(copy, source="uk-atrs")) == {"unchanged": ROWS["uk-atrs"]}


# The way back


def published_rows(name: str) -> list[dict[str, str]]:
    with published(name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def same(text: str) -> str:
    """The cell as an import reads it, without regard to case, white space and the sign before a formula."""
    return label_key(" ".join(clean(text).split()).lstrip("'"))


def test_every_column_that_is_held_comes_back_equal(imported: dict[str, Report]) -> None:
    found = {row["PSTW ID"]: row for row in exported()}
    originals = published_rows("eu-pstw-2025")
    held = [column.name for column in standards()["pstw"] if column.held == "held"]
    assert len(held) >= 16
    different: dict[str, list[Any]] = {name: [] for name in held}
    for row in originals:
        for name in held:
            if same(row[name]) != same(found[row["PSTW ID"]][name]):
                different[name].append((row["PSTW ID"], row[name][:60], found[row["PSTW ID"]][name][:60]))
    assert {name: cells[:3] for name, cells in different.items() if cells} == {}


def test_the_export_reads_the_model(imported: dict[str, Report]) -> None:
    project = Project.objects.get(provenance__record_id="PSTW-1")
    assert project.stage == "retired"
    Project.objects.filter(pk=project.pk).update(stage="in_use", extent="local")
    row = next(row for row in exported() if row["PSTW ID"] == "PSTW-1")
    assert (row["Status"], row["Geographical extent"]) == ("Implemented", "Local")


def test_the_columns_are_those_of_the_published_file_in_its_order(imported: dict[str, Report]) -> None:
    assert [column.name for column in standards()["pstw"]] == list(published_rows("eu-pstw-2025")[0])

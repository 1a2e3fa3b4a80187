"""Projects are written in the columns of a published standard. The round trip is in `test_import_published`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from community.inventories.exporting import VALUES, labels_of, standards
from community.projects.services import change_visibility
from knowledge.models import Code, Facts, Stage
from tests.factories import ProjectFactory
from tests.support.inventories import exported

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("standard", standards())
def test_every_column_says_whether_it_is_held_and_why_not(standard: str) -> None:
    for column in standards()[standard]:
        assert column.held in ("held", "lossy", "not held")
        assert bool(column.why) is (column.held != "held"), column
        assert bool(column.value) is (column.held != "not held"), column
        assert not column.value or column.value in VALUES or column.value in Facts.FACT_FIELDS
        if column.labels:
            assert labels_of(column.labels)


@pytest.mark.parametrize("standard", standards())
def test_every_stage_has_a_published_label(standard: str) -> None:
    assert labels_of(f"{standard}/stage").keys() == set(Stage.values)


def test_a_project_of_a_member_is_written_with_an_id_and_an_address_of_this_site() -> None:
    project = ProjectFactory(title="Sortera post", facts={"interaction": ["citizens"], "began": "2024-05"})
    (row,) = exported(own=True)
    assert row["PSTW ID"] == f"samverka-{project.pk}"
    assert row["Website"].endswith(project.get_absolute_url())
    assert row["Website"].startswith("http")
    assert (row["Name"], row["Status"], row["Interaction"], row["Start Year"]) == (
        "Sortera post",
        "Pilot",
        "G2C",
        "2024",
    )


@pytest.mark.parametrize("visibility", ["members", "organisation"])
def test_only_projects_that_everyone_may_see_are_written(visibility: str) -> None:
    hidden, draft = ProjectFactory(), ProjectFactory(publish=False)
    change_visibility(actor=hidden.author, project=hidden, to=visibility)
    shown = ProjectFactory()
    assert [row["PSTW ID"] for row in exported()] == [f"samverka-{shown.pk}"]
    assert draft.pk != hidden.pk


@pytest.mark.parametrize("title", ["=1+1", "+46 70", "-2", "@SUM(A1)"])
def test_a_cell_is_never_run_as_a_formula(title: str) -> None:
    ProjectFactory(title=title)
    assert exported()[0]["Name"] == f"'{title}"


def test_a_code_that_staff_added_has_no_published_label_and_is_left_out() -> None:
    Code.objects.create(list="extent", code="block", label_sv="Kvarter", label_en="Block")
    ProjectFactory(facts={"extent": "block"})
    assert exported()[0]["Geographical extent"] == ""


def test_the_number_of_queries_does_not_grow_with_the_projects(django_assert_num_queries: Any) -> None:
    for _number in range(3):
        ProjectFactory(tags=["one"])
    with django_assert_num_queries(4):
        exported()


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    ProjectFactory(title="Läsa brev")
    call_command("export_inventory", str(tmp_path / "own.csv"), standard="us-federal", own=True)
    with (tmp_path / "own.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Use Case Name"] == "Läsa brev"
    assert row["Stage of Development"] == "Implementation and Assessment"


def test_a_file_that_cannot_be_written_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no\.csv"):
        call_command("export_inventory", str(tmp_path / "nowhere" / "no.csv"), standard="pstw")

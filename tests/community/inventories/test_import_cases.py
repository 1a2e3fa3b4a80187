"""Small inventories that were once read wrongly. Each is the smallest example of its kind of fault."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from community.inventories.models import ImportedRecord, ImportRun
from community.organisations.models import MergeCandidate, Organisation
from community.participation.models import Participation, Role
from community.projects.models import Project
from tests.support.cases import case
from tests.support.inventories import Cases, counts

pytestmark = pytest.mark.django_db

TYPED = "mapping-typed-date.toml"
LANK = {'url = "Lank"': 'url = "Länk"'}
"""The column heading "Länk" of two of the workbooks."""


def test_a_date_cell_is_a_date_regardless_of_the_format_for_text(cases: Cases) -> None:
    cases.load("17-typed-date.xlsx", TYPED)
    assert Participation.objects.get(role=Role.OWNER).since.isoformat() == "2024-03-01"


def test_a_number_is_read_as_the_sheet_shows_it(cases: Cases) -> None:
    cases.load("19-leading-zero.xlsx")
    project = Project.objects.get()
    assert (project.organisation.code, project.place.code) == ("0114", "0114")


def test_a_hidden_sheet_is_not_read_unless_it_is_named(cases: Cases) -> None:
    cases.load("20-hidden-sheet.xlsx")
    assert [project.title for project in Project.objects.all()] == ["Publicerad rad"]
    assert counts(cases.load("20-hidden-sheet.xlsx", sheet="Internt")) == {"updated": 1}


def test_an_error_value_of_a_cell_is_not_read_as_text(cases: Cases) -> None:
    report = cases.load("21-error-values.xlsx")
    assert counts(report) == {"rejected": 2}
    assert [(each["row"], each["reason"]) for each in report["rejections"]] == [
        (2, "It has no title. Its cell holds the error #N/A."),
        (3, "It names no organisation. Its cell holds the error #REF!."),
    ]
    assert not Organisation.objects.filter(name__startswith="#").exists()


@pytest.mark.parametrize("name", ["24-backslash.xlsx", "24-workbook2.xlsx"])
def test_an_odd_but_valid_workbook_is_read(cases: Cases, name: str) -> None:
    assert counts(cases.load(name, changes=LANK)) == {"created": 1}
    assert ImportedRecord.objects.get().url == "https://exempel.se/a"


@pytest.mark.parametrize("name", ["24-lista.ods", "24-lista.xlsb"])
def test_a_workbook_without_content_is_refused_with_that_reason(cases: Cases, name: str) -> None:
    with pytest.raises(CommandError) as refused:
        cases.load(name)
    assert "unpack" not in str(refused.value)


def test_a_merged_cell_fills_its_rows(cases: Cases) -> None:
    assert counts(cases.load("43-merged-organisation.xlsx")) == {"created": 2}
    assert {project.organisation.name for project in Project.objects.all()} == {"Växjö kommun"}


@pytest.mark.parametrize(
    ("name", "encoding", "title"),
    [
        ("26-enc-8859-15.csv", "iso8859-15", "Kostnad 5 €"),
        ("26-enc-cp1250.csv", "cp1250", "Święta w Łodzi"),
        ("26-enc-cp850.csv", "cp850", "Läcksökning i Håbo"),
    ],
)
def test_an_unclear_encoding_is_refused_before_anything_is_written(
    cases: Cases, name: str, encoding: str, title: str
) -> None:
    with pytest.raises(CommandError) as refused:
        cases.load(name)
    assert refused.value.returncode == 2
    assert "--encoding" in str(refused.value)
    assert f"{encoding} “" in str(refused.value), "the right one is among those proposed"
    assert not ImportRun.objects.exists()
    assert counts(cases.load(name, encoding=encoding)) == {"created": 1}
    assert Project.objects.get().title == title
    named = {'name = "Cases"': f'name = "Cases"\nencoding = "{encoding}"'}
    assert counts(cases.load(name, changes=named)) == {"unchanged": 1}


def test_clear_web_addresses_are_read_and_unclear_ones_are_counted(cases: Cases) -> None:
    foreseen = cases.load("27-urls.csv", dry_run=True)
    report = cases.load("27-urls.csv")
    assert report["fields"] == foreseen["fields"]
    assert dict(ImportedRecord.objects.values_list("record_id", "url")) == {
        "A-1": "https://www.exempel.se/ai",
        "A-2": "https://a.exempel.se",
        "A-3": "https://a.exempel.se",
        "A-4": "https://exempel.se/sida",
        "A-5": "https://exempel.se/x",
        "A-6": "https://exempel.se/y",
        "A-7": "https://exempel.se/x",
    }
    assert report["fields"] == {
        "url": {"not_understood": 2, "shortened": 0, "examples": ["https://b.exempel.se"]}
    }


def test_the_first_address_of_a_json_list_is_read_and_the_others_are_counted(cases: Cases) -> None:
    report = cases.load("27-url-list.json")
    assert ImportedRecord.objects.get().url == "https://a.exempel.se/1"
    assert report["fields"]["url"]["examples"] == ["https://b.exempel.se/2"]


def test_a_list_is_split_by_whole_strings(cases: Cases) -> None:
    report = cases.load("28-split.csv", "28-split.toml")
    project = Project.objects.get()
    assert project.organisation.name == "Granviks kommun"
    assert set(project.tags.names()) == {"stora språkmodeller", "offentlig upphandling"}
    assert report["fields"]["organisation"]["examples"] == ["Municipality of Granvik"]


def test_the_list_of_records_is_found_among_others(cases: Cases) -> None:
    assert counts(cases.load("30-ckan-datastore.json")) == {"created": 1}
    named = {'name = "Cases"': 'name = "Cases"\nrecords = "result.fields"'}
    with pytest.raises(CommandError, match="Titel"):
        cases.load("30-ckan-datastore.json", changes=named)


def test_markup_is_removed_and_text_is_kept(cases: Cases) -> None:
    cases.load("31-markup.csv")
    assert dict(Project.objects.values_list("title", "description")) == {
        "Prov 1": "Om x<a och y>b så larmar den.",
        "Prov 2": "Tagga med <table> i mallen.",
    }


def test_a_department_and_its_municipality_are_a_pair_of_the_merge_list(cases: Cases) -> None:
    cases.load("33-departments.csv")
    municipality = Organisation.objects.get(name="Växjö kommun")
    beside = MergeCandidate.objects.waiting().filter(other=municipality)
    assert set(beside.values_list("organisation__name", flat=True)) == {
        "Växjö kommun, Socialförvaltningen",
        "Växjö kommun (Sweden)",
    }
    assert not Organisation.objects.filter(name="Kommunen Växjö").exists(), (
        "another spelling of the same name"
    )
    assert municipality.projects.count() == 1


def test_a_dry_run_lists_values_that_are_not_understood(
    cases: Cases, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_inventory", str(case("27-urls.csv")), mapping=str(cases.mapping()), dry_run=True)
    out = capsys.readouterr().out.splitlines()
    assert "url: 2 values are not understood, and left out: “https://b.exempel.se”." in out
    assert not Project.objects.exists()

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from community.inventories.fields import FACTS, FIELDS
from community.inventories.mapping import MappingFault, load_mapping, load_shipped, shipped
from community.inventories.models import ImportedRecord, ImportRun
from community.inventories.rows import heading_key
from community.participation.models import Participation, Role
from community.projects.models import Project
from tests.support.inventories import MAPPING, Inventory, counts, record

FULL = """
[inventory]
source = "full"
blank = ["unknown"]

[fields]
record_id = "Id"
title = { column = "Name", format = "Case: {}" }
benefit = { column = "About", take = "first sentence" }
description = { join = [{ column = "About" }, { column = "Link", format = "More at {}" }], between = " " }
offers = { constant = "Our code" }
seeks = { first = [{ column = "With" }, { constant = "A partner" }] }
contact = "Body"
organisation = { column = "Body", table = { "Nacka" = "Nacka kommun" } }
organisation_kind = { column = "Body", table = { "Nacka" = "municipality" }, unknown = "agency" }
organisation_country = { constant = "SE" }
country = { constant = "SE" }
place = { column = "Area", default = "0182" }
areas = { constant = ["09", "09.1"] }
technologies = { column = "Words", labels = ["technologies.pstw", "technologies.label_sv"], split = "/" }
themes = { constant = "law" }
tags = { column = "Words", split = [",", "/"] }
suppliers = { column = "With", split = ";" }
language = { constant = "sv" }
licence = { constant = "CC0" }
attribution = { constant = "Everybody" }
url = "Link"
published = { column = "Status", dates = ["%d %B %Y", "year"] }
since = { column = "Status", dates = ["year"] }
stage = { column = "About", table = { "It is over." = "retired" }, unknown = "idea" }
stop_reason = { column = "About", table = { "It is over." = "No money." }, unknown = "" }
"""
STORY = "problem how_it_works data_used result cost partners_text law went_wrong do_again".split()


@pytest.fixture
def full(inventory: Inventory) -> Inventory:
    story = "\n".join(f'{name} = {{ column = "About", format = "{name}: {{}}" }}' for name in STORY)
    inventory.mapping.write_text(FULL + story, encoding="utf-8")
    return inventory


def test_a_mapping_can_fill_every_field_of_the_card(full: Inventory) -> None:
    assert set(FIELDS) - set(load_mapping(full.mapping).fields) == {
        "organisation_code",
        "partners",
        "research",
        "funders",
        *FACTS,
    }
    cells = {
        "About": "It is over.",
        "Body": "NACKA ",
        "Link": "https://example.org/x?a=1&b=2",
        "Words": "Chatbot / talsyntes",
        "With": "Bolaget AB; Nacka kommun",
        "Area": "",
        "Status": "3 May 2021",
    }
    assert counts(full.load([record(1, **cells)])) == {"created": 1}
    project = Project.objects.get()
    assert project.title == "Case: Sort letters 1"
    assert project.benefit == "It is over."
    assert project.description == "It is over. More at https://example.org/x?a=1&b=2"
    said = project.subject.statements.values_list("kind", "text", "is_reference")
    assert list(said) == [("offers", "Our code", True), ("seeks", "Bolaget AB; Nacka kommun", True)]
    assert project.organisation.code == "0182"
    assert project.place.code == "0182"
    assert {area.code for area in project.areas.all()} == {"09.1"}
    assert {term.code for term in project.technologies.all()} == {"chatbot", "text-to-speech"}
    assert {term.code for term in project.themes.all()} == {"law"}
    assert set(project.tags.names()) == {"Chatbot", "talsyntes"}
    assert project.language == "sv"
    assert (project.stage, project.stop_reason) == ("retired", "No money.")
    assert project.first_published_at.date().isoformat() == "2021-05-03"
    assert [getattr(project, name) for name in STORY] == [f"{name}: It is over." for name in STORY]
    assert project.provenance.url == "https://example.org/x?a=1&b=2"
    assert project.provenance.contact == "NACKA"
    assert (project.provenance.licence, project.provenance.attribution) == ("CC0", "Everybody")
    owner, supplier = Participation.objects.order_by("role")
    assert (owner.role, owner.since.year, owner.organisation) == (Role.OWNER, 2021, project.organisation)
    assert (supplier.role, supplier.organisation.name) == (Role.SUPPLIER, "Bolaget AB")


def test_labels_are_compared_without_case_blanks_and_full_stop(inventory: Inventory) -> None:
    assert counts(inventory.load([record(1, Status=" IN  USE. ")])) == {"created": 1}
    assert Project.objects.get().stage == "in_use"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Name": " "}, "no title"),
        ({"Name": "<b></b>\u200b"}, "no title"),
        ({"Body": ""}, "names no organisation"),
        ({"Id": "\u200b"}, "no id"),
        ({"Id": "x" * 300}, "longer than 250"),
        ({"Id": "anna@example.org"}, "e-mail address"),
        ({"Status": "Frozen"}, "stage: “Frozen”"),
        ({"Status": ""}, "does not say its stage"),
        ({"Area": "99.9"}, "areas: “99.9”"),
    ],
)
def test_an_invalid_row_is_rejected_with_a_reason_and_the_others_are_imported(
    inventory: Inventory, cells: dict[str, str], reason: str
) -> None:
    report = inventory.load([record(1), record(2, **cells), record(3)])
    assert counts(report) == {"created": 2, "rejected": 1}
    assert report["rejections"][0]["row"] == 3, "as a spreadsheet program numbers it"
    assert reason in report["rejections"][0]["reason"]


def test_the_id_is_built_from_columns_if_the_file_has_none(inventory: Inventory) -> None:
    inventory.mapping.write_text(
        MAPPING.replace('record_id = "Id"', 'record_id = { columns = ["Body", "Name", "With"] }'),
        encoding="utf-8",
    )
    long = "Sort letters " * 40
    records = [
        record(1),
        record(2),
        record(3, Name=long + "one"),
        record(4, Name=long + "two"),
        record(1, About="x"),
    ]
    report = inventory.load(records)
    assert counts(report) == {"created": 4, "rejected": 1}
    assert "that of row 2" in report["rejections"][0]["reason"]
    ids = set(ImportedRecord.objects.values_list("record_id", flat=True))
    assert {"Växjö kommun · Sort letters 1 ·", "Växjö kommun · Sort letters 2 ·"} < ids
    assert counts(inventory.load([record(1, Body="VÄXJÖ  KOMMUN"), *records[1:4]])) == {
        "updated": 1,
        "unchanged": 3,
    }


def test_a_row_without_any_id_cells_is_rejected(inventory: Inventory) -> None:
    inventory.mapping.write_text(
        MAPPING.replace('record_id = "Id"', 'record_id = { columns = ["Link", "With"] }'), encoding="utf-8"
    )
    report = inventory.load([record(1, Link="", With="n/a"), record(2, With="anna.ek@vaxjo.example.se")])
    assert [each["reason"] for each in report["rejections"]] == ["It has no id of its own."]
    assert "anna.ek" not in ImportedRecord.objects.get().record_id


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ('{ column = "Status", is = ["pilot."] }', {"S-2", "S-3"}),
        ('{ column = "Status", is_not = "In use" }', {"S-2"}),
        ('{ column = "With", is = "" }', {"S-3"}),
        ('{ column = "With", is_not = ["", "Bolaget AB"] }', {"S-1", "S-2", "S-3"}),
        ('{ column = "Status", is = "Test" }, { column = "Id", is = "S-1" }', {"S-2"}),
    ],
)
def test_rows_are_skipped_as_the_mapping_says(inventory: Inventory, condition: str, left: set[str]) -> None:
    text = MAPPING.replace("[inventory]", f"[inventory]\nskip_when = [{condition}]")
    inventory.mapping.write_text(
        text.replace('"Pilot" = "pilot"', '"Pilot" = "pilot", "Test" = "pilot"'), encoding="utf-8"
    )
    records = [record(1), record(2, Status="In use"), record(3, Status="Test", With="Bolaget AB")]
    report = inventory.load(records)
    assert set(ImportedRecord.objects.values_list("record_id", flat=True)) == left
    assert (report["rows"], report["skipped"], report["rejected"]) == (len(left), 3 - len(left), 0)


def test_values_not_understood_are_counted_by_field_with_three_examples(inventory: Inventory) -> None:
    inventory.mapping.write_text(
        MAPPING.replace(
            'areas = { column = "Area", split = ";" }',
            'areas = { column = "Area", labels = "areas.label_en" }\nsince = { column = "Words", dates = "%Y" }',
        ),
        encoding="utf-8",
    )
    records = [
        record(
            n, Area=f"Nowhere {n}; Nothing", Words=f"ask anna.ek@e{n}.example.se", Link="#N/A", Name="x" * 300
        )
        for n in range(5)
    ]
    foreseen = inventory.load(
        [*records, record(9, Body="", Words="rejected rows do not count")], dry_run=True
    )
    fields = foreseen["fields"]
    assert fields["areas"] == {
        "not_understood": 10,
        "shortened": 0,
        "examples": ["Nowhere 0", "Nothing", "Nowhere 1"],
    }
    assert (fields["url"]["not_understood"], fields["url"]["examples"]) == (5, ["#N/A"])
    assert fields["since"]["examples"] == ["ask [address left out]"], "an address is masked"
    assert (fields["title"]["shortened"], fields["title"]["not_understood"]) == (5, 0)
    assert inventory.load(records)["fields"] == fields


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//example.org",
        "https://anna@example.org/",
        "not at all",
        "http://[",
        "https://e.org/?m=a@b.se",
    ],
)
def test_an_unsafe_or_invalid_web_address_is_left_out(inventory: Inventory, url: str) -> None:
    inventory.load([record(1, Link=url)])
    assert Project.objects.get().provenance.url == ""


def test_a_title_of_any_length_fits(inventory: Inventory) -> None:
    inventory.load([record(1, Name="Sort letters " * 100, Body="Body " * 100)])
    project = Project.objects.get()
    assert len(project.title) <= 250
    assert project.title.endswith("letters…")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("title = ", "titel = "), "fields has no “titel”. Did you mean “title”?"),
        (('title = "Name"', 'title = "Nam"'), "lacks these columns of the layout: Nam."),
        (('record_id = "Id"', ""), "these fields must be filled: record_id."),
        (('title = "Name"', "title = {}"), "fields.title needs one of"),
        (('title = "Name"', 'title = { column = "Name", colour = "red" }'), "fields.title has no “colour”"),
        (('title = "Name"', 'title = { column = "Name", take = "all" }'), "first sentence"),
        (('title = "Name"', 'title = { column = "Name", format = "x" }'), "fields.title.format"),
        (('title = "Name"', "title = { column = 5 }"), "fields.title.column must be text."),
        (("areas = {", 'areas = { labels = "areas.nato",'), "areas.nato"),
        (('source = "small"', 'source = "Small one"'), "inventory.source"),
        (('title = "Name"', 'title = { columns = ["Name"] }'), "only record_id is made of columns"),
        (("[inventory]", '[inventory]\nencoding = "klingon"'), "no encoding “klingon”"),
        (("[inventory]", '[inventory]\nhidden = "yes"'), "inventory.hidden must be true or false"),
        (
            ("[inventory]", '[inventory]\nskip_when = [{ column = "With" }]'),
            "inventory.skip_when[0] needs column",
        ),
        (("[inventory]", '[inventory]\nskip_when = [{ column = "Owner", is = "x" }]'), "lacks these columns"),
        (("[fields]", "[fields"), "is not valid TOML"),
        (("[fields]", "[field]"), "the file has no “field”. Did you mean “fields”?"),
    ],
)
def test_an_invalid_mapping_is_refused_with_the_place_of_the_fault(
    inventory: Inventory, change: tuple[str, str], sentence: str
) -> None:
    inventory.mapping.write_text(MAPPING.replace(*change, 1), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        inventory.load([record()])
    assert sentence in str(refused.value)
    assert refused.value.returncode == 2
    assert not ImportRun.objects.exists()


def test_constants_that_are_no_code_are_refused_before_anything_is_written(inventory: Inventory) -> None:
    inventory.mapping.write_text(
        MAPPING.replace('constant = "municipality"', 'constant = "castle"'), encoding="utf-8"
    )
    with pytest.raises(CommandError, match="castle"):
        inventory.load([record()])
    assert not ImportRun.objects.exists()


def test_an_unknown_source_is_refused_with_the_most_similar_name(inventory: Inventory) -> None:
    with pytest.raises(CommandError) as refused:
        inventory.load([record()], source="eu-pstw")
    assert refused.value.returncode == 2
    assert "Did you mean “eu-pstw-2025”?" in str(refused.value)
    assert "uk-atrs" in str(refused.value)


def test_a_missing_mapping_file_is_refused(inventory: Inventory, tmp_path: Path) -> None:
    with pytest.raises(MappingFault, match="can’t be read"):
        load_mapping(tmp_path / "none.toml")


@pytest.mark.parametrize("options", [{}, {"source": "uk-atrs", "mapping": "x.toml"}])
def test_either_a_source_or_a_mapping_is_required(options: dict[str, str], db: None) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("import_inventory", "x.csv", **options)
    assert refused.value.returncode == 2


def test_shipped_layouts_name_their_licence_and_origin() -> None:
    assert shipped() == ["eu-pstw-2025", "uk-atrs", "us-federal-ai-2024"]
    for name in shipped():
        layout = load_shipped(name)
        cells = dict.fromkeys(map(heading_key, layout.columns), "")
        assert layout.source == name
        for field in ("licence", "attribution", "language"):
            assert layout.fields[field].values(cells, layout.blank)


def test_the_mapping_in_the_documentation_is_valid(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")
    example = tmp_path / "example.toml"
    example.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    layout = load_mapping(example)
    assert layout.fields.keys() <= FIELDS.keys()
    assert all(f"`{name}`" in page for name in FIELDS)

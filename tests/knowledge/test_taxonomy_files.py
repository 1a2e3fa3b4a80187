from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from community.projects.models import Project
from knowledge.models import Facts, UseCasePage

ROOT = Path(__file__).resolve().parents[2]
TAXONOMY = ROOT / "knowledge" / "taxonomy"
PUBLISHED = ROOT.parent / "shared" / "data" / "eu-pstw-2025.csv"
LISTS = ["areas", "themes", "technologies", "places"]
WITH_PARENTS = ["areas", "technologies", "places"]
WITH_PUBLISHED_LABELS = ["areas", "themes", "technologies"]


def read(name: str) -> list[dict[str, str]]:
    with (TAXONOMY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def published() -> list[dict[str, str]]:
    if not PUBLISHED.exists():
        pytest.skip(f"the published inventory {PUBLISHED.name} is not beside this repository")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def same(label: str) -> str:
    return " ".join(label.split()).casefold().rstrip(".")


@pytest.fixture(scope="module")
def places() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read("places")}


def country_of(place: dict[str, str], places: dict[str, dict[str, str]]) -> str:
    while place["parent"]:
        place = places[place["parent"]]
    return place["code"]


@pytest.mark.parametrize("name", LISTS)
def test_a_code_occurs_once_in_its_list(name: str) -> None:
    codes = [row["code"] for row in read(name)]
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert all(codes)


@pytest.mark.parametrize("name", WITH_PARENTS)
def test_a_parent_comes_before_its_children(name: str) -> None:
    seen: set[str] = set()
    for row in read(name):
        assert not row["parent"] or row["parent"] in seen, row
        seen.add(row["code"])


@pytest.mark.parametrize("name", LISTS)
def test_every_code_has_a_label_in_both_languages(name: str) -> None:
    assert [row["code"] for row in read(name) if not (row["label_sv"] and row["label_en"])] == []


@pytest.mark.parametrize("name", [*LISTS, "place_aliases"])
def test_cells_have_no_stray_white_space(name: str) -> None:
    assert [row for row in read(name) for cell in row.values() if cell != " ".join(cell.split())] == []


@pytest.mark.parametrize("name", ["areas", "themes", "technologies"])
@pytest.mark.parametrize("language", ["label_sv", "label_en"])
def test_two_codes_of_a_list_never_have_the_same_label(name: str, language: str) -> None:
    labels = Counter(row[language].casefold() for row in read(name))
    assert [label for label, times in labels.items() if times > 1] == []


@pytest.mark.parametrize("name", ["themes", "technologies"])
def test_own_codes_are_kebab_case(name: str) -> None:
    assert [row["code"] for row in read(name) if not re.fullmatch(r"[a-z]+(-[a-z]+)*", row["code"])] == []


def test_an_area_group_belongs_to_its_division() -> None:
    rows = read("areas")
    assert [row["code"] for row in rows if not row["parent"]] == [f"{number:02}" for number in range(1, 11)]
    for row in rows:
        assert row["code"].partition(".")[0] == (row["parent"] or row["code"])


@pytest.mark.parametrize("name", WITH_PUBLISHED_LABELS)
@pytest.mark.parametrize("source", ["pstw", "us"])
def test_a_published_label_belongs_to_one_code_of_a_list(name: str, source: str) -> None:
    labels = Counter(same(label) for row in read(name) for label in row[source].split(";") if label)
    assert [label for label, times in labels.items() if times > 1] == []


def test_every_place_has_a_parent_on_the_level_above(places: dict[str, dict[str, str]]) -> None:
    above = {"nuts3": "nuts2", "nuts2": "nuts1", "nuts1": "country", "kommun": "lan", "lan": "country"}
    for place in places.values():
        if place["kind"] == "country":
            assert place["parent"] == ""
        else:
            assert places[place["parent"]]["kind"] == above[place["kind"]]


def test_sweden_has_21_lan_and_290_kommuner(places: dict[str, dict[str, str]]) -> None:
    kinds = Counter(place["kind"] for place in places.values())
    assert (kinds["lan"], kinds["kommun"]) == (21, 290)


def test_a_kommun_code_begins_with_the_code_of_its_lan(places: dict[str, dict[str, str]]) -> None:
    for code, place in places.items():
        if place["kind"] == "kommun":
            assert re.fullmatch(r"\d{4}", code)
            assert place["parent"] == code[:2]


def test_a_region_code_begins_with_the_code_of_its_parent(places: dict[str, dict[str, str]]) -> None:
    for code, place in places.items():
        if place["kind"].startswith("nuts"):
            parent = places[place["parent"]]
            assert code[:-1] == (parent["nuts"] if parent["kind"] == "country" else parent["code"])
            assert len(code) == 2 + int(place["kind"][-1])


def test_each_lan_names_the_swedish_region_of_the_same_area(places: dict[str, dict[str, str]]) -> None:
    lan = {place["nuts"]: place["label_sv"] for place in places.values() if place["kind"] == "lan"}
    regions = {code: place["label_sv"] for code, place in places.items() if re.fullmatch(r"SE\d{3}", code)}
    assert lan == regions


def test_an_alias_names_a_place_in_its_country(places: dict[str, dict[str, str]]) -> None:
    rows = read("place_aliases")
    assert len({(row["published"], row["country"]) for row in rows}) == len(rows)
    for row in rows:
        assert country_of(places[row["place"]], places) == row["country"]
        own = places.get(row["published"])
        assert own is None or country_of(own, places) != row["country"]


def test_every_published_region_code_is_a_known_place(places: dict[str, dict[str, str]]) -> None:
    known = set(places) | {row["published"] for row in read("place_aliases")}
    for place in places.values():
        if place["kind"] == "country":
            known |= {place["iso"], place["nuts"]}
    assert {row["NUTS 2021"] for row in published()} - known == set()


def test_every_published_country_is_a_place_by_its_english_name(places: dict[str, dict[str, str]]) -> None:
    names = {place["label_en"] for place in places.values() if place["kind"] == "country"}
    assert {row["Geographical coverage (country)"] for row in published()} - names == set()


@pytest.mark.parametrize(
    ("columns", "lists"),
    [
        (["Functions of Government (COFOG level I)", "Functions of Government (COFOG level II)"], ["areas"]),
        (["Primary Technology", "Secondary Technology"], ["technologies"]),
        (
            [
                "AI Classification (I)",
                "AI Classification Subdomain (II) (main)",
                "AI Classification Subdomain (II) (Other I)",
                "Application type",
            ],
            ["technologies", "themes"],
        ),
    ],
)
def test_every_published_label_has_a_code(columns: list[str], lists: list[str]) -> None:
    known = {same(label) for name in lists for row in read(name) for label in row["pstw"].split(";")}
    assert {same(row[column]) for row in published() for column in columns} - known - {"", "other"} == set()


def test_a_code_of_facts_occurs_once_in_its_list_with_a_label_in_both_languages() -> None:
    rows = read("codes")
    assert [
        key for key, times in Counter((row["list"], row["code"]) for row in rows).items() if times > 1
    ] == []
    assert [row["code"] for row in rows if not (row["label_sv"] and row["label_en"])] == []
    assert [row for row in rows for cell in row.values() if cell != " ".join(cell.split())] == []


def test_every_field_of_facts_has_its_code_list() -> None:
    lists = {row["list"] for row in read("codes")} | {"technology"}
    used = {field.code_list for field in Facts._meta.get_fields() if hasattr(field, "code_list")}
    assert used <= lists
    heads = {row["code"] for row in read("codes") if row["list"] == "public_value_head"}
    assert {row["head"] for row in read("codes") if row["list"] == "public_value"} == heads


def test_every_published_label_of_a_fact_has_a_code() -> None:
    columns = {
        "Geographical extent": "extent",
        "Process type": "process_type",
        "Application type": "application_type",
        "Interaction": "interaction",
        "Funding source": "funding_source",
    }
    known = {(row["list"], same(row["pstw"])) for row in read("codes") if row["pstw"]}
    used = {(columns[column], same(row[column])) for row in published() for column in columns if row[column]}
    assert used <= known


def test_required_fields_are_fields_of_a_project_and_of_a_use_case() -> None:
    for row in read("required"):
        for model in (Project, UseCasePage):
            assert model._meta.get_field(row["field"])
        assert set(row["ai_act_class"].split()) <= {each["code"] for each in read("codes")}

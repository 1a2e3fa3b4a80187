"""An import fills the facts of a record. A value that is not understood is reported and rejects nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from community.inventories.models import ImportRun
from community.projects.models import Project
from tests.support.inventories import MAPPING, Inventory, counts, record

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

FACTS = """
extent = { column = "About", table = { "Here" = "local" } }
interaction = { column = "Words", labels = "codes/interaction.pstw", split = ["/"] }
primary_technology = { constant = "chatbot" }
public_value = { constant = ["lower_cost", "transparency"] }
is_cross_border = { column = "With", table = { "Yes" = "yes", "No" = "no" } }
began = "Area"
months_to_first_use = "Link"
supplier = "Body"
human_oversight = "Name"
"""


def with_facts(facts: str) -> str:
    kept = "\n".join(
        line for line in MAPPING.splitlines() if not line.startswith(("areas", "partners", "url"))
    )
    return kept.replace("[fields.stage]", f"{facts}\n[fields.stage]")


@pytest.fixture
def stating(inventory: Inventory) -> Inventory:
    inventory.mapping.write_text(with_facts(FACTS), encoding="utf-8")
    return inventory


def stated() -> dict[str, Any]:
    facts = Project.objects.get().facts
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


CELLS = {
    "About": "here",
    "Words": "G2C / G2G",
    "With": "no",
    "Area": "2024-05",
    "Link": "12",
    "Body": "Växjö kommun",
}


def test_each_kind_of_fact_is_filled(stating: Inventory) -> None:
    assert counts(stating.load([record(1, **CELLS)])) == {"created": 1}
    assert stated() == {
        "extent": "local",
        "interaction": ["citizens", "government"],
        "primary_technology": "chatbot",
        "public_value": ["lower_cost", "transparency"],
        "is_cross_border": False,
        "began": "2024-05",
        "months_to_first_use": 12,
        "supplier": "Växjö kommun",
        "human_oversight": "Sort letters 1",
    }


def test_what_is_not_understood_is_lost_and_the_record_is_kept(stating: Inventory) -> None:
    cells = {**CELLS, "About": "Everywhere", "Words": "G2X", "With": "Perhaps", "Area": "May", "Link": "soon"}
    report = stating.load([record(1, **cells)])
    assert counts(report) == {"created": 1}
    assert not stated().keys() & {"extent", "interaction", "is_cross_border", "began", "months_to_first_use"}
    assert {"extent", "interaction", "is_cross_border", "began", "months_to_first_use"} <= report[
        "fields"
    ].keys()


def test_a_later_edition_changes_the_facts_and_undoing_restores_them(stating: Inventory) -> None:
    stating.load([record(1, **CELLS)])
    before = stated()
    stating.load([record(1, **{**CELLS, "Area": "2025", "With": "yes"})])
    assert (stated()["began"], stated()["is_cross_border"]) == ("2025", True)
    call_command("import_inventory", undo=ImportRun.objects.latest("pk").pk)
    assert stated() == before


@pytest.mark.parametrize(
    "line", ['extent = { constant = "galaxy" }', 'is_govtech = { constant = "perhaps" }']
)
def test_a_mapping_with_an_unknown_code_of_a_fact_is_refused(inventory: Inventory, line: str) -> None:
    inventory.mapping.write_text(with_facts(line), encoding="utf-8")
    with pytest.raises(CommandError, match=r"galaxy|perhaps"):
        inventory.load([record(1)])


def test_a_mapping_with_an_unknown_list_of_codes_is_refused(inventory: Inventory) -> None:
    inventory.mapping.write_text(with_facts('extent = { column = "About", labels = "codes/galaxy.pstw" }'))
    with pytest.raises(CommandError, match="codes/galaxy"):
        inventory.load([record(1)])

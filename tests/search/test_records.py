from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.audience import MEMBERS
from core.records import SearchRecord, Text, from_data, to_data
from search.sources import facet_codes
from tests.search.records import record


def test_a_record_can_be_stored_as_plain_data() -> None:
    whole = record(
        "Hitta läckor",
        body="I rören.",
        seeks="sensorer",
        in_english="Find leaks",
        audience=frozenset({MEMBERS, "org:7"}),
        keywords={"sv": ("Vatten",), "en": ("Water",)},
        areas=("06.3", "06"),
        places=("0780", "07", "SE"),
        where={"sv": "Växjö"},
        urls={"sv": "/projekt/1/"},
        published=datetime(2026, 11, 1, tzinfo=UTC),
        organisation_ids=(3, 7),
        themes=("law",),
        starts=datetime(2026, 12, 1, 9, tzinfo=UTC),
        ends=datetime(2026, 12, 1, 11, tzinfo=UTC),
        deadline=datetime(2026, 11, 20, tzinfo=UTC),
        confirmed=datetime(2026, 10, 1, tzinfo=UTC),
        more={"format": ("webinar", "recording")},
    )
    assert from_data(to_data(whole)) == whole


def test_a_reader_gets_the_text_in_their_language_or_the_original() -> None:
    both = record("Hitta läckor", in_english="Find leaks")
    assert both.text("en").title == "Find leaks"
    assert record("Hitta läckor").text("en").title == "Hitta läckor"


def test_a_record_without_text_in_its_own_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no text in its own language"):
        SearchRecord(kind="project", id=1, texts={"en": Text("x")}, language="sv", audience=frozenset())


def test_facets_contain_every_code_once() -> None:
    whole = record("x", stage="pilot", areas=("09.1", "09"), country="SE", organisation_kind="region")
    facets = [(facet, code) for facet, codes in facet_codes(whole).items() for code in codes]
    assert ("kind", "project") in facets
    assert ("area", "09") in facets
    assert len(facets) == len(set(facets)) == 6

"""Results of several organisations are added up to evidence, never across units or directions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from community.organisations.models import Kind, Organisation
from community.participation.evidence import Evidence, evidence_of, number_in_words, round_up, value_in_words
from community.participation.models import Direction, Measure, Participation, Result, Role, Unit

CALLS = Measure(
    pk=1,
    code="calls",
    label_sv="Samtal",
    label_en="Calls",
    unit=Unit.PERCENT,
    direction=Direction.LESS,
    phrase_sv="färre samtal",
    phrase_en="fewer calls",
)


def result(value: str = "", *, pk: int = 1, low: str = "", high: str = "", **fields: Any) -> Result:
    numbers = {name: Decimal(text) for name, text in (("value", value), ("low", low), ("high", high)) if text}
    said = {"measure": CALLS, "unit": Unit.PERCENT, "direction": Direction.LESS, "how_measured": "Counted"}
    return Result(pk=pk, **numbers, **{**said, **fields})


def taking_part(number: int, *results: Result, kind: str = Kind.MUNICIPALITY, **fields: Any) -> Participation:
    """A participation of an organisation that is in no database."""
    organisation = Organisation(pk=number, name=f"Organisation {number}", kind=kind)
    made = Participation(pk=number, organisation=organisation, role=Role.ADOPTER, **fields)
    made._prefetched_objects_cache = {"measured_results": results}
    return made


class Rows(list):
    def all(self) -> Rows:
        return self


def evidence(*participations: Participation) -> Evidence:
    for each in participations:
        cache: dict[str, Sequence[Result]] = each._prefetched_objects_cache
        cache["measured_results"] = Rows(cache["measured_results"])
    return evidence_of(participations)


def test_from_three_organisations_on_there_is_a_sentence_with_range_and_median() -> None:
    with translation.override("sv"):
        found = evidence(
            *(taking_part(n, result(value)) for n, value in enumerate(["12", "22", "31"]))
        ).measures
    assert [(one.label, one.count) for one in found] == [("Samtal", 3)]
    assert found[0].sentence == "3 kommuner: 12–31\u00a0% färre samtal, median 22\u00a0%"
    strip = found[0].strip
    assert strip is not None
    assert (strip.low, strip.median, strip.high, strip.start, strip.top) == (12, 22, 31, 0, 50)


def test_two_organisations_are_named_without_range_and_median() -> None:
    found = evidence(taking_part(1, result("12")), taking_part(2, result("31"))).measures[0]
    assert (found.strip, found.sentence, found.count) == (None, "", 2)
    assert [finding.organisation.pk for finding in found.findings] == [2, 1]


def test_organisations_of_several_kinds_are_not_called_municipalities() -> None:
    kinds = [Kind.MUNICIPALITY, Kind.REGION, Kind.MUNICIPALITY]
    with translation.override("en"):
        found = evidence(*(taking_part(n, result("5"), kind=kind) for n, kind in enumerate(kinds))).measures[
            0
        ]
    assert found.sentence == "3 organisations: 5\u00a0% fewer calls, median 5\u00a0%"


@pytest.mark.parametrize("other", [{"unit": Unit.HOURS}, {"direction": Direction.MORE}])
def test_units_and_directions_are_never_mixed(other: dict[str, str]) -> None:
    different = result("4", **other)
    found = evidence(
        taking_part(1, result("12")), taking_part(2, result("31")), taking_part(3, different)
    ).measures
    assert [one.count for one in found] == [2, 1]
    assert [one.strip for one in found] == [None, None]


def test_an_organisation_counts_once_with_its_latest_result_and_the_earlier_one_is_still_shown() -> None:
    earlier = result("40", pk=9, period_end="2023-12")
    later = result("10", pk=2, period_end="2024-12")
    found = evidence(
        taking_part(1, earlier, later), taking_part(2, result("20")), taking_part(3, result("30"))
    ).measures[0]
    assert found.strip is not None
    assert (found.count, found.strip.high) == (3, 30)
    assert [finding.is_counted for finding in found.findings] == [False, True, True, True]


def test_an_interval_stretches_the_range_and_counts_with_its_middle_in_the_median() -> None:
    found = evidence(
        taking_part(1, result(low="11", high="26")),
        taking_part(2, result("10")),
        taking_part(3, result("90")),
    ).measures[0]
    assert found.strip is not None
    assert (found.strip.low, found.strip.median, found.strip.high) == (10, Decimal("18.5"), 90)


def test_a_participation_from_an_inventory_counts_only_where_it_is_marked() -> None:
    assert not evidence(taking_part(1, result("12"), is_reference=True))
    assert evidence(taking_part(1, result("12"), is_reference=True, counts_as_evidence=True))


def test_a_result_in_words_of_its_own_is_shown_and_never_added_up() -> None:
    own = {"measure": None, "other_measure": "Shouting at the desk", "unit": "incidents", "direction": ""}
    found = evidence(*(taking_part(n, result(f"{n}", **own)) for n in range(1, 5)))
    assert found.measures == []
    label, finding = found.others[0]
    assert (label, finding.value) == ("Shouting at the desk", "1\u00a0incidents")


def test_a_change_for_the_worse_stands_below_zero_on_the_axis() -> None:
    found = evidence(*(taking_part(n, result(value)) for n, value in enumerate(["-3", "4", "12"]))).measures[
        0
    ]
    assert found.strip is not None
    assert (found.strip.start, found.strip.top) == (-5, 20)
    assert "−3 " in found.sentence


@pytest.mark.parametrize(
    ("number", "sv", "en"),
    [
        ("12.50", "12,5", "12.5"),
        ("12.00", "12", "12"),
        ("1200", "1\u00a0200", "1,200"),
        ("-0.25", "−0,25", "−0.25"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(number: str, sv: str, en: str) -> None:
    for language, expected in (("sv", sv), ("en", en)):
        with translation.override(language):
            assert number_in_words(Decimal(number)) == expected


def test_a_value_and_its_unit_stay_on_one_line() -> None:
    with translation.override("sv"):
        assert value_in_words(Decimal(3), Decimal(3), Unit.OF_FIVE) == "3\u00a0av 5"
        assert value_in_words(Decimal(3), Decimal(4), "") == "3–4"


@pytest.mark.parametrize(
    ("number", "end"), [("31", 50), ("0.3", "0.5"), ("100", 100), ("0", 1), ("1001", 2000)]
)
def test_the_axis_ends_at_a_round_number(number: str, end: object) -> None:
    assert round_up(Decimal(number)) == Decimal(str(end))

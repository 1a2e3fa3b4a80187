"""Both backends return the same hits and counts for the same records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

import pytest

from core.audience import MEMBERS, PUBLIC
from core.records import SearchRecord
from search.backends import SearchBackend
from search.database.backend import DatabaseBackend
from search.elastic.backend import ElasticBackend
from search.requests import SearchRequest
from search.sources import NEWEST
from tests.search.records import record

pytestmark = [pytest.mark.elastic, pytest.mark.django_db]

ENGLISH = [
    "Chatbot answers residents",
    "Water leaks found by sound",
    "Fraud in welfare benefits",
    "Elderly care planned at night",
    "Snow removal by need",
]
SWEDISH = [
    "Chattbot för invånare",
    "Vattenläckor hörs",
    "Fusk med bidrag",
    "Äldreomsorg på natten",
    "Snöröjning",
]


def records() -> Iterator[SearchRecord]:
    """Yield sixty records in which the values of the facets combine in every way."""
    places = cycle([("SE", "SE1", "SE11", "SE110"), ("1480", "14", "SE"), ("NO",), ()])
    areas = cycle([("07", "07.3"), ("10", "10.2"), ("07",)])
    for number, place, area in islice(zip(range(60), places, areas, strict=False), 60):
        swedish = number % 4 == 0
        yield record(
            (SWEDISH if swedish else ENGLISH)[number % 5],
            id=number + 1,
            language="sv" if swedish else "en",
            body="Prövat i en kommun." if swedish else "Tried in a municipality.",
            in_english=ENGLISH[number % 5],
            kind=("project", "use_case", "guide")[number % 3],
            audience={PUBLIC} if number % 7 else {MEMBERS},
            areas=area,
            technologies=("ai", "agents") if number % 2 else ("ai",),
            themes=(("benefits",), ("archiving", "benefits"), ())[number % 3],
            stage=("pilot", "in_use", "")[number % 3],
            places=place,
            country=("SE", "SE", "NO", "")[number % 4],
            organisation_kind=("municipality", "region")[number % 2],
            organisation_name="Kommunen" if number % 2 else "Region West",
            updated=datetime(2024, 1 + number % 12, 1 + number % 28, tzinfo=UTC),
        )


@pytest.fixture
def both(backend: ElasticBackend) -> tuple[SearchBackend, SearchBackend]:
    database = DatabaseBackend()
    for one in (backend, database):
        one.replace([list(records())])
    return backend, database


@pytest.mark.parametrize("viewer", [frozenset({PUBLIC}), frozenset({PUBLIC, MEMBERS}), frozenset()])
def test_both_backends_agree_on_hits_and_facet_counts(
    both: tuple[SearchBackend, SearchBackend], viewer: frozenset[str]
) -> None:
    for text in (
        "",
        "chattbot",
        "water leaks",
        "kommun",
        "äldreomsorg natt",
        "fraud chatbot",
        "of the",
        "zzz",
    ):
        for filters in (
            {},
            {"country": ("SE",)},
            {"stage": ("pilot", "in_use"), "area": ("07",)},
            {"place": ("14",), "kind": ("project", "guide"), "organisation_kind": ("municipality",)},
            {"technology": ("agents",), "stage": ("retired",)},
            {"theme": ("archiving",), "kind": ("use_case",)},
            {"place": ("no-such-place",)},
        ):
            request = SearchRequest(text=text, filters=filters, viewer=viewer, size=100)
            elastic, database = (one.search(request) for one in both)
            described = f"{text!r} {filters}"
            assert {h.record.key for h in elastic.hits} == {h.record.key for h in database.hits}, described
            assert elastic.total == database.total, described
            assert elastic.facets == database.facets, described


def test_both_backends_agree_on_the_order_by_date(both: tuple[SearchBackend, SearchBackend]) -> None:
    for text in ("", "chatbot"):
        pages = [one.search(SearchRequest(text=text, sort=NEWEST, size=30)) for one in both]
        dates = [[hit.record.updated for hit in page.hits] for page in pages]
        assert dates[0] == dates[1]


def test_both_backends_agree_on_their_contents(both: tuple[SearchBackend, SearchBackend]) -> None:
    elastic, database = both
    assert elastic.count() == database.count() == 60
    for kind in ("project", "use_case", "guide", "article"):
        assert elastic.ids(kind) == database.ids(kind)

"""The database search backend: which records are found, which stay hidden, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audience import MEMBERS, PUBLIC, organisation_token
from core.records import SearchRecord
from search.database.backend import DatabaseBackend
from search.requests import MatchRequest, SearchRequest, SimilarRequest, clean
from search.results import SearchPage
from search.sources import NEWEST
from tests.search.records import record

pytestmark = pytest.mark.django_db

PUBLIC_VIEWER = frozenset({PUBLIC})
MEMBER_VIEWER = frozenset({PUBLIC, MEMBERS, organisation_token(7)})
STRANGE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "'",
    '"',
    "\\",
    "/",
    "*",
    "a*",
    "(",
    "NEAR(a b)",
    "a AND",
    "-x",
    "title:x",
    "^",
]
STRANGE += [
    "'; DROP TABLE search_entry; --",
    "🙂",
    "مرحبا",
    "\u202eabc",
    "%s %d",
    "{}",
    "a" * 10_000,
    "å " * 5_000,
]
STRANGE += [
    "&&||!",
    "<->",
    ":*",
    "'a':1A",
    "x:*",
    "NOT",
    "\t\n",
    "ﷺ",
    "i̇",
    "C++ C# .NET",
    "e-post",
    "AT&T",
    "1/2",
]


@pytest.fixture
def backend() -> DatabaseBackend:
    return DatabaseBackend()


@pytest.fixture
def search(backend: DatabaseBackend) -> Callable[..., SearchPage]:
    def ask(text: str = "", **fields: Any) -> SearchPage:
        return backend.search(SearchRequest(text=text, **fields))

    return ask


def titles(page: SearchPage) -> list[str]:
    return [hit.text.title for hit in page.hits]


def counts(page: SearchPage, name: str) -> dict[str, int]:
    return {value.code: value.count for facet in page.facets if facet.name == name for value in facet.values}


def test_each_viewer_finds_only_visible_records(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write(
        [
            record("Chattbot för alla"),
            record("Chattbot för medlemmar", audience=frozenset({MEMBERS})),
            record("Chattbot för oss", audience=frozenset({organisation_token(7)})),
            record("Chattbot för andra", audience=frozenset({organisation_token(8)})),
            record("Chattbot för ingen", audience=frozenset()),
        ]
    )
    for text in ("chattbot", ""):
        everybody, member = search(text), search(text, viewer=MEMBER_VIEWER)
        assert titles(everybody) == ["Chattbot för alla"]
        assert set(titles(member)) == {"Chattbot för alla", "Chattbot för medlemmar", "Chattbot för oss"}
        assert (everybody.total, counts(everybody, "kind")) == (1, {"project": 1}), (
            "a count told of what is hidden"
        )
        assert search(text, viewer=frozenset()).total == 0
    assert [one.text for one in backend.suggest("chattb", "sv", PUBLIC_VIEWER)] == ["Chattbot för alla"]


@pytest.mark.parametrize("text", STRANGE)
def test_unusual_text_gets_an_answer(backend: DatabaseBackend, text: str) -> None:
    backend.write([record("Chattbot i Växjö", summary="a AND b")])
    backend.search(SearchRequest(text=text))
    backend.search(SearchRequest(text=text, language="en", filters={"kind": (text,), "place": ("SE",)}))
    backend.suggest(text, "sv", PUBLIC_VIEWER)
    backend.match(MatchRequest(text=text))


@given(text=st.text(alphabet=st.characters(), max_size=60))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_an_answer(backend: DatabaseBackend, text: str) -> None:
    stored = clean(text)
    backend.write([record(stored or "x", id=1, body=stored, offers=stored, seeks=stored)])
    backend.search(SearchRequest(text=text))
    backend.suggest(text, "en", PUBLIC_VIEWER)
    backend.match(MatchRequest(kind="project", id=1))
    backend.similar(SimilarRequest(kind="project", id=1))


def test_records_with_all_words_come_first_and_titles_weigh_most(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    filler = [record(f"Annat {n}", body="något helt annat") for n in range(20)]
    backend.write(
        [
            *filler,
            record("Snöröjning", body="I brödtexten nämns sensorer."),
            record("Sensorer för snöröjning"),
            record("Sensorer i skolan"),
        ]
    )
    found = titles(search("sensorer snöröjning"))
    assert found[:2] == ["Sensorer för snöröjning", "Snöröjning"]
    assert "Annat 1" not in found


def test_a_swedish_query_finds_english_text_and_the_hit_names_its_language(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write(
        [record("Virtual assistant of a municipality", language="en"), record("Snow", language="en")]
    )
    page = search("chattbot kommun")
    assert titles(page) == ["Virtual assistant of a municipality"]
    assert page.hits[0].language == "en"
    assert "<mark>" in page.hits[0].title


def test_translations_are_one_hit_in_the_readers_language(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write([record("Köpa en chattbot", in_english="Buying a chatbot", kind="guide")])
    assert titles(search("chattbot")) == ["Köpa en chattbot"]
    assert titles(search("chattbot", language="en")) == ["Buying a chatbot"]


def test_a_choice_in_a_facet_keeps_its_other_values_and_filters_the_other_facets(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write(
        [
            record("Sensor 1", stage="pilot", country="SE"),
            record("Sensor 2", stage="pilot", country="NO"),
            record("Sensor 3", stage="in_use", country="SE"),
            record("Sensor 4", stage="in_use", country="SE", audience=frozenset({MEMBERS})),
        ]
    )
    page = search("sensor", filters={"stage": ("pilot",)})
    assert page.total == 2
    assert counts(page, "stage") == {"pilot": 2, "in_use": 1}
    assert counts(page, "country") == {"SE": 1, "NO": 1}
    both = search("sensor", filters={"stage": ("pilot",), "country": ("NO",)})
    assert (titles(both), counts(both, "stage"), counts(both, "country")) == (
        ["Sensor 2"],
        {"pilot": 1},
        {"SE": 1, "NO": 1},
    )
    either = search("", filters={"stage": ("pilot", "in_use")})
    assert either.total == 3


def test_a_chosen_place_shows_the_places_in_it_and_an_empty_choice_can_be_removed(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write(
        [
            record("Växjö", places=("0780", "07", "SE"), country="SE"),
            record("Umeå", places=("2480", "24", "SE")),
        ]
    )
    assert set(counts(search(), "place")) == {"07", "24"}
    narrowed = search(filters={"place": ("07",)})
    values = next(facet for facet in narrowed.facets if facet.name == "place").values
    assert [(value.code, value.depth, value.chosen) for value in values] == [
        ("07", 0, True),
        ("0780", 1, False),
        ("24", 0, False),
    ]
    nothing = search("umeå", filters={"place": ("07",)})
    assert (nothing.total, counts(nothing, "place")["07"]) == (0, 0)


def test_pages_follow_each_other_and_can_be_sorted_by_newest_first(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write(record(f"Sensor {n}", updated=datetime(2026, 1, n, tzinfo=UTC)) for n in range(1, 8))
    backend.write([record("Sensor utan datum")])
    pages = [titles(search("sensor", size=3, page=page)) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert len({title for page in pages for title in page}) == 8
    assert titles(search("sensor", sort=NEWEST, size=2)) == ["Sensor 7", "Sensor 6"]
    assert titles(search(size=8))[-1] == "Sensor utan datum"


def test_a_second_write_replaces_the_record_and_a_delete_removes_it(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    first = record("Drönare över skogen", stage="idea")
    backend.write([first, first])
    backend.write([record("Satelliter över havet", id=first.id, stage="pilot")])
    assert (search("drönare").total, titles(search("satellit"))) == (0, ["Satelliter över havet"])
    assert counts(search(), "stage") == {"pilot": 1}
    backend.delete("project", [first.id, 10**9])
    assert (backend.count(), search("satellit").total, backend.fulltext.size()) == (0, 0, 0)


def test_an_earlier_read_never_replaces_a_later_one(
    backend: DatabaseBackend, search: Callable[..., SearchPage]
) -> None:
    backend.write([record("Ny", id=5)], as_of=2_000)
    backend.write([record("Gammal", id=5)], as_of=1_000)
    assert titles(search()) == ["Ny"]


def test_replacing_everything_removes_records_that_no_longer_exist(backend: DatabaseBackend) -> None:
    backend.write([record("Gammal", id=1), record("Kvar", id=2)])
    assert backend.replace([[record("Kvar", id=2)], [record("Ny", id=3)]]) == 2
    assert backend.ids("project") == {2, 3}


def many(number: int) -> list[SearchRecord]:
    return [
        record(
            f"Sensorer i vattnet {n}",
            body="Mäter nivån i floden.",
            stage="pilot",
            areas=("05",),
            country="SE",
        )
        for n in range(number)
    ]


@pytest.mark.parametrize("filters", [{}, {"stage": ("pilot",), "country": ("SE",)}])
def test_the_number_of_queries_of_a_page_is_constant(
    backend: DatabaseBackend, filters: dict[str, tuple[str, ...]]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            backend.search(SearchRequest(text="sensorer vatten", filters=filters))
        return len(caught)

    backend.write(many(3))
    few = queries()
    backend.write(many(60))
    assert queries() == few <= 10


def test_similar_records_are_other_visible_records_on_the_same_topic(backend: DatabaseBackend) -> None:
    subject = record(
        "Upptäcka läckor i vattenledningar", body="Sensorer lyssnar på rören.", in_english="Find leaks"
    )
    alike = record("Detecting water leaks", language="en", body="Sensors in pipes hear leaks.")
    hidden = record("Läckor i hemliga rör", body="Sensorer lyssnar.", audience=frozenset({MEMBERS}))
    other = record("Schema för förskolan", body="Lärare planerar.")
    guide = record("Läckor: så gör du", kind="guide", body="Lyssna på rören med sensorer.")
    backend.write([subject, alike, hidden, other, guide, *many(5)])
    found = backend.similar(SimilarRequest(kind="project", id=subject.id))
    assert found[0].record == alike
    shown = {hit.record.key for hit in found}
    assert not shown & {subject.key, hidden.key, other.key, guide.key}
    assert backend.similar(SimilarRequest(kind="project", id=hidden.id)) == []
    assert backend.similar(SimilarRequest(kind="project", id=10**9)) == []


def test_partners_are_other_visible_organisations_once_each_with_reasons(
    backend: DatabaseBackend,
) -> None:
    subject = record("Telefon", organisation_id=1, seeks="taligenkänning för dialekter", offers="avtalsmall")
    offering = record("Dialekter", organisation_id=2, offers="träningsdata för dialekter och taligenkänning")
    again = record("Mer tal", organisation_id=2, body="taligenkänning")
    own = record("Eget tal", organisation_id=1, offers="taligenkänning dialekter")
    hidden = record(
        "Hemligt", organisation_id=3, offers="taligenkänning dialekter", audience=frozenset({MEMBERS})
    )
    backend.write([subject, offering, again, own, hidden, *many(5)])
    [found] = backend.match(MatchRequest(kind="project", id=subject.id))
    assert (found.organisation_id, found.evidence) == (2, offering)
    assert found.reasons[0].kind == "seeks_offers"
    assert "dialekter" in found.reasons[0].theirs
    [by_text] = backend.match(
        MatchRequest(text="Vi söker någon som kan taligenkänning", viewer=PUBLIC_VIEWER, size=1)
    )
    assert by_text.organisation_id in (1, 2)
    assert {match.organisation_id for match in backend.match(MatchRequest(text="taligenkänning"))} == {1, 2}
    assert backend.match(MatchRequest()) == []


def test_suggestions_begin_with_the_typed_text(backend: DatabaseBackend) -> None:
    backend.write([record("Kartlägga stadens träd", urls={"sv": "/projekt/1/"}), record("Snö")])
    [one] = backend.suggest("stadens tr", "sv", PUBLIC_VIEWER)
    assert (one.text, one.url) == ("Kartlägga stadens träd", "/projekt/1/")
    assert backend.suggest("", "sv", PUBLIC_VIEWER) == []

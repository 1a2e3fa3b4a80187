from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audience import PUBLIC, organisation_token
from core.records import SearchRecord
from search.elastic.backend import ElasticBackend
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import SearchPage
from search.sources import NEWEST, facets
from tests.search.records import record

english = partial(record, language="en")


pytestmark = [pytest.mark.elastic, pytest.mark.django_db]

Fill = Callable[..., ElasticBackend]
OURS = organisation_token(7)
US = frozenset({PUBLIC, OURS})


def titles(page: SearchPage) -> list[str]:
    return [hit.record.text("en").title for hit in page.hits]


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("chattbot", "sv"),
        ("chatbots", "en"),
        ("samtalsrobot för kommunen", "sv"),
        ("chatbot", "sv"),
        ("CHATBOT!", "en"),
    ],
)
def test_an_english_record_is_found_in_either_language(filled: Fill, query: str, language: str) -> None:
    backend = filled(
        english("Chatbot answers residents", body="For a municipality."),
        english("Forest fires seen by drones"),
    )
    found = titles(backend.search(SearchRequest(text=query, language=language)))
    assert found == ["Chatbot answers residents"]


@pytest.mark.parametrize("query", ["Växjö", "vaxjo", "växjös"])
def test_a_name_is_found_with_and_without_its_accents(filled: Fill, query: str) -> None:
    backend = filled(
        english("Snow", organisation_name="Vaxjo Kommun"),
        english("Ice", organisation_name="Umeå kommun"),
    )
    assert titles(backend.search(SearchRequest(text=query))) == ["Snow"]


def test_a_part_of_a_compound_is_found_and_a_similar_word_is_not(filled: Fill) -> None:
    backend = filled(
        record("Bygglovsansökningar"),
        record("Bättre sökning i arkivet"),
    )
    assert [hit.text.title for hit in backend.search(SearchRequest(text="ansökan")).hits] == [
        "Bygglovsansökningar"
    ]


def test_a_misspelt_word_is_found(filled: Fill) -> None:
    backend = filled(english("Wildfire detection"), english("Chatbot"))
    assert titles(backend.search(SearchRequest(text="wildfyre", language="en"))) == ["Wildfire detection"]


def test_records_with_all_words_come_before_records_with_some(filled: Fill) -> None:
    backend = filled(
        english("Documents that leaked", body="Leaks to the press."),
        english("Leaks of water", body="Sensors listen to pipes."),
        english("Water towers", body="Towers for water."),
        *(english(title) for title in ("Chatbot", "Forest", "Snow", "Taxes")),
    )
    found = titles(backend.search(SearchRequest(text="water leaks", language="en")))
    assert found[0] == "Leaks of water"
    assert "Chatbot" not in found


def test_matches_are_marked_and_everything_else_is_escaped(filled: Fill) -> None:
    backend = filled(english("<b>Chatbot</b>", body="<script>alert(1)</script> a chatbot & more"))
    hit = backend.search(SearchRequest(text="chattbot")).hits[0]
    assert hit.title == "&lt;b&gt;<mark>Chatbot</mark>&lt;/b&gt;"
    assert "<mark>chatbot</mark> &amp; more" in hit.excerpt
    assert "<script" not in hit.excerpt


def test_search_shows_only_what_the_viewer_may_see(filled: Fill) -> None:
    backend = filled(english("Chatbot for all"), english("Chatbot for ours", audience={OURS}, stage="pilot"))
    for text in ("chatbot", "", "chatbit"):
        hidden = backend.search(SearchRequest(text=text, language="en"))
        seen = backend.search(SearchRequest(text=text, language="en", viewer=US))
        assert titles(hidden) == ["Chatbot for all"], "leaked but should be hidden"
        assert set(titles(seen)) == {"Chatbot for all", "Chatbot for ours"}
        assert "stage" not in {facet.name for facet in hidden.facets}, "a count tells what should be hidden"


def test_similar_records_are_only_those_the_viewer_may_see(filled: Fill) -> None:
    subject = english("Chatbot answers about waste")
    other = english("Chatbot answers about schools")
    hidden = english("Chatbot answers about taxes", audience={OURS})
    backend = filled(subject, other, hidden, english("Trees counted"))

    def alike(to: SearchRecord, viewer: frozenset[str]) -> set[str]:
        return {
            hit.record.key for hit in backend.similar(SimilarRequest(kind="project", id=to.id, viewer=viewer))
        }

    assert alike(subject, frozenset({PUBLIC})) == {other.key}, "leaked but should be hidden"
    assert alike(subject, US) == {other.key, hidden.key}
    assert alike(hidden, frozenset({PUBLIC})) == set(), "what resembles a hidden record tells what is in it"


def test_partners_offer_what_is_sought_and_are_visible_to_the_viewer(filled: Fill) -> None:
    subject = english(
        "Sensors in the river", seeks="Someone who knows flood forecasting", offers="Open sensor data"
    )
    offering = english(
        "Weather models", offers="Flood forecasting and hydrology", seeks="Sensor data from rivers"
    )
    hidden = english("Secret models", offers="Flood forecasting", audience={OURS})
    own = english("Another of ours", offers="Flood forecasting", organisation_id=subject.organisation_id)
    backend = filled(subject, offering, hidden, own, english("Library", offers="Reading circles"))

    def partners(viewer: frozenset[str]) -> list[str]:
        found = backend.match(MatchRequest(kind="project", id=subject.id, language="en", viewer=viewer))
        return [match.evidence.key for match in found]

    best = backend.match(MatchRequest(kind="project", id=subject.id, language="en"))[0]
    assert best.mutual
    assert best.organisation_id == offering.organisation_id
    assert partners(frozenset({PUBLIC})) == [offering.key], "leaked but should be hidden"
    assert set(partners(US)) == {offering.key, hidden.key}
    assert backend.match(MatchRequest(kind="project", id=hidden.id)) == []


def test_a_text_alone_finds_partners_across_languages(filled: Fill) -> None:
    offering = english("Weather models", offers="Flood forecasting")
    another = english("Rivers", offers="Maps of floods")
    backend = filled(offering, another, english("Library", offers="Reading circles"))
    found = backend.match(MatchRequest(text="Vi söker någon som kan översvämningar", language="sv"))
    assert {match.evidence.key for match in found} == {offering.key, another.key}
    assert backend.match(MatchRequest(text="")) == []


def test_suggestions_begin_with_the_typed_text_and_are_visible_to_the_viewer(filled: Fill) -> None:
    backend = filled(
        english("Snow removal"),
        english("Snow, secretly", audience={OURS}),
        english("Answers about snow"),
    )

    def suggested(text: str, viewer: frozenset[str] = frozenset({PUBLIC})) -> set[str]:
        return {suggestion.text for suggestion in backend.suggest(text, "en", viewer)}

    assert suggested("snow rem") == {"Snow removal"}
    assert suggested("sno") == {"Snow removal", "Answers about snow"}, "leaked but should be hidden"
    assert "Snow, secretly" in suggested("sno", US)
    assert suggested("") == suggested("?!") == set()


def test_without_words_the_newest_comes_first(filled: Fill) -> None:
    dated = [
        english(f"Chatbot of {year}", updated=datetime(year, 1, 1, tzinfo=UTC)) for year in (2023, 2025, 2024)
    ]
    backend = filled(english("Chatbot, a chatbot", updated=None), *dated)
    in_time = ["Chatbot of 2025", "Chatbot of 2024", "Chatbot of 2023", "Chatbot, a chatbot"]
    assert titles(backend.search(SearchRequest())) == in_time
    assert titles(backend.search(SearchRequest(text="chatbot", sort=NEWEST))) == in_time
    assert titles(backend.search(SearchRequest(text="chatbot"))) != in_time


def test_translations_are_one_hit_in_the_readers_language(filled: Fill) -> None:
    backend = filled(record("Chattbot", in_english="Chatbot"))
    page = backend.search(SearchRequest(text="chatbot chattbot", language="en"))
    assert page.total == 1
    assert page.hits[0].text.title == "Chatbot"


@pytest.fixture
def one_record(filled: Fill) -> ElasticBackend:
    return filled(english("Chatbot"))


AWKWARD = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\"'()[]{}~*?:\\/^+-&|!<>=åäöÅ \t\x00\u202e")),
    max_size=400,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=AWKWARD, code=AWKWARD, language=st.sampled_from(["sv", "en", "xx"]), page=st.integers(-5, 10**9))
def test_every_query_gets_an_answer(
    one_record: ElasticBackend, text: str, code: str, language: str, page: int
) -> None:
    filters = dict.fromkeys(facets(), (code,))
    found = one_record.search(SearchRequest(text=text, language=language, filters=filters, page=page))
    assert found.backend == "elastic"
    one_record.suggest(text, language, frozenset({PUBLIC}))
    one_record.match(MatchRequest(text=text, language=language))


@pytest.mark.parametrize("word", ["anställningsintervjuunderlag", "vattenläcka", "of", "."])
def test_a_query_of_many_words_gets_an_answer(filled: Fill, word: str) -> None:
    backend = filled(record("Vattenläcka", body=" ".join(f"{word}{n}" for n in range(60))))
    text = " ".join(f"{word}{n}" for n in range(60))
    assert backend.search(SearchRequest(text=text)).backend == "elastic"
    backend.match(MatchRequest(text=text * 10))

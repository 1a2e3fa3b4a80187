"""Every typed text and every address becomes a valid search request."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from core.audience import PUBLIC
from search.requests import (
    MAX_QUERY,
    MAX_SIZE,
    MAX_WINDOW,
    MatchRequest,
    SearchRequest,
    SimilarRequest,
    clean,
)

EVERYBODY = frozenset({PUBLIC})


def read(query: str) -> SearchRequest:
    return SearchRequest.from_query(QueryDict(query), language="sv", viewer=EVERYBODY)


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_cleaned_to_one_printable_line(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_QUERY
    assert cleaned.isprintable() or not cleaned.isascii()
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "a\x00b\ud800c", "x" * 10_000, "\u202e", "'\"\\/*", "🙂" * 400]
)
def test_unusual_text_becomes_a_request(text: str) -> None:
    request = SearchRequest(text=text)
    assert len(request.text) <= MAX_QUERY
    assert "\x00" not in request.text


@given(st.dictionaries(st.sampled_from(["q", "page", "sort", "kind", "area", "x"]), st.text(max_size=30)))
def test_any_address_becomes_a_request(query: dict[str, str]) -> None:
    made = QueryDict(mutable=True)
    made.update(query)
    request = SearchRequest.from_query(made, language="xx", viewer=EVERYBODY)
    assert request.page * request.size <= MAX_WINDOW
    assert request.language == "sv"


def test_invalid_parameters_are_ignored_and_the_rest_is_kept() -> None:
    request = read("q=chatbot&page=-3&sort=upwards&stage=pilot&stage=%00&stage=in_use&colour=red")
    assert request == SearchRequest(text="chatbot", viewer=EVERYBODY, filters={"stage": ("pilot", "in_use")})


def test_a_request_can_be_rebuilt_from_its_parameters() -> None:
    request = read("q=vatten+%26+avlopp&kind=project&country=SE&country=NO&sort=newest")
    made = QueryDict(mutable=True)
    for name, value in request.pairs():
        made.appendlist(name, value)
    assert SearchRequest.from_query(made, language="sv", viewer=EVERYBODY) == request


def test_a_choice_is_added_or_removed_and_starts_from_the_first_page() -> None:
    request = read("q=x&kind=project&page=4")
    more = request.with_choice("kind", "guide")
    assert (more.filters, more.page) == ({"kind": ("project", "guide")}, 1)
    assert more.with_choice("kind", "guide").with_choice("kind", "project").filters == {}


def test_sizes_stay_within_bounds() -> None:
    assert SearchRequest(size=10_000).size == MAX_SIZE
    assert SimilarRequest(kind="project", id=1, size=0).size == 1
    assert MatchRequest(text="a" * 20_000, size=-1).size == 1

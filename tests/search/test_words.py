"""Words are found in every inflection, compound and spelling, and in the other language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.words import concepts, index_names, index_tokens, lexicon, parts, query_terms, stem


def finds(query: str, text: str, *, language: str = "sv", text_language: str = "sv") -> bool:
    tokens = set(index_tokens(text, text_language))
    return all(term.tokens & tokens for term in query_terms(query, language))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("kommunens", "alla kommuner"),
        ("vaxjo", "Växjö kommun"),
        ("Växjös", "i Växjö"),
        ("läckor", "upptäcka vattenläckor"),
        ("vatten", "vattenläckan"),
        ("bygglovsansökningar", "ansökan om bygglov"),
        ("skogsbränder", "brand i en skog"),
        ("städer", "en stad"),
        ("chattbot", "vår samtalsrobot svarar"),
    ],
)
def test_a_swedish_word_finds_its_other_forms(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("chattbot för kommuner", "A virtual assistant of the municipality"),
        ("bygglov", "Planning permission made easy"),
        ("upptäcka vattenläckor", "Detecting leaks in water pipes"),
        ("äldreomsorg", "Better elderly care"),
        ("skattefusk", "Tax fraud"),
    ],
)
def test_a_swedish_query_finds_english_words(query: str, text: str) -> None:
    assert finds(query, text, text_language="en")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("building permits", "Ansökan om bygglov"),
        ("procurement", "offentlig upphandling"),
        ("children", "barnen"),
    ],
)
def test_an_english_query_finds_swedish_words(query: str, text: str) -> None:
    assert finds(query, text, language="en")


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("parking", "a national park", "en"),
        ("customs", "our customers", "en"),
        ("train", "training data", "en"),
        ("tid", "tidigt", "sv"),
        ("hand", "handling", "sv"),
        ("chattbot", "the sentence", "sv"),
        ("telefonsvarare", "kylvaror och produkten", "sv"),
        ("telefonsvarare", "vårens", "sv"),
    ],
)
def test_words_that_only_look_alike_do_not_match(query: str, text: str, language: str) -> None:
    assert not finds(query, text, language=language, text_language=language)


def test_stop_words_are_used_only_in_a_query_without_other_words() -> None:
    assert [term.word for term in query_terms("hur kan man upptäcka det", "sv")] == ["upptäcka"]
    assert [term.word for term in query_terms("AI för bibliotek", "sv")] == ["bibliotek"]
    assert [term.word for term in query_terms("AI", "sv")] == ["ai"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("trafikolyckor", ("trafik", "olycka")),
        ("registreringsskyltar", ("registrering", "skylt")),
        ("information", ()),
        ("universitet", ()),
        ("skola", ()),
    ],
)
def test_compounds_are_split_and_simple_words_are_not(word: str, expected: tuple[str, ...]) -> None:
    assert parts(word) == expected


def test_every_concept_has_a_unique_name_and_words_in_both_languages() -> None:
    names = [concept.name for concept in concepts()]
    assert len(names) == len(set(names)) > 500
    assert all(concept.terms["sv"] and concept.terms["en"] for concept in concepts())


def test_the_lexicon_contains_no_compound_that_would_be_split_wrongly() -> None:
    first, last, whole = lexicon()
    assert all(len(form) > 1 for form in first)
    assert stem("skola", "sv") in last
    assert "information" in whole


@given(st.text(max_size=300), st.sampled_from(["sv", "en"]))
def test_any_text_becomes_tokens_without_spaces_or_quotes(text: str, language: str) -> None:
    tokens = [*index_tokens(text, language)]
    tokens += [token for term in query_terms(text, language) for token in term.tokens]
    assert all(token and not set(token) & set(" \t\n\"'\\\x00") for token in tokens)


def test_names_match_only_by_their_own_words() -> None:
    tokens = set(index_names("Botkyrka kommun", "sv"))
    assert {stem("botkyrka", "sv"), "kommun"} <= tokens
    assert {stem("kyrka", "sv"), "_municipality"}.isdisjoint(tokens)

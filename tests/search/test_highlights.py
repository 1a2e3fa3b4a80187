from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.records import Text
from search.highlights import excerpt, marked
from search.words import query_terms


def test_matches_are_marked_in_any_form_and_language() -> None:
    terms = query_terms("chattbot kommun", "sv")
    assert marked("Chatbots of a municipality", terms, "en") == (
        "<mark>Chatbots</mark> of a <mark>municipality</mark>"
    )
    assert marked("planning permission", query_terms("bygglov", "sv"), "en") == (
        "<mark>planning</mark> <mark>permission</mark>"
    )


def test_the_excerpt_shows_the_matching_words() -> None:
    text = Text(
        "x", summary="Om annat.", body="Ingenting. " * 100 + "Här läcker vattnet. " + "Ingenting. " * 100
    )
    shown = excerpt(text, query_terms("vatten", "sv"), "sv")
    assert "<mark>vattnet</mark>" in shown
    assert len(shown) < 330
    assert shown.startswith("…")


def test_a_summary_that_begins_the_body_is_shown_once() -> None:
    text = Text("x", summary="Svarar på frågor.", body="Svarar på frågor. Dygnet runt.")
    assert excerpt(text, (), "sv") == "Svarar på frågor. Dygnet runt."


@given(st.text(max_size=200))
def test_no_text_is_shown_unescaped(text: str) -> None:
    for shown in (marked(text, query_terms(text, "sv"), "sv"), excerpt(Text("x", body=text), (), "en")):
        bare = shown.replace("<mark>", "").replace("</mark>", "")
        assert not set(bare) & set("<>\"'")

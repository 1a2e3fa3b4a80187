"""All text that enters the site is normalised in the same way."""

from __future__ import annotations

import unicodedata

import pytest
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory

from core.incoming import NormalizedInputMiddleware
from core.text import (
    MOST_MARKS,
    has_visible_sign,
    normalized,
    normalized_html,
    one_line,
)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Växjö\tkommun", "Växjö\tkommun"),
        ("Va\u0308xjo\u0308", "Växjö"),
        ("rad\r\nrad\rrad\nrad", "rad\nrad\nrad\nrad"),
        ("Läcksökning\x0bi nätet", "Läcksökning\ni nätet"),
        ("a\x0cb\x85c\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufffeb\uffffc\ufdd0d", "abcd"),
        ("شكرا \u200d👩\u200d💻\u00ad", "شكرا \u200d👩\u200d💻\u00ad"),
        ("", ""),
    ],
)
def test_text_is_normalised_to_one_form(raw: str, kept: str) -> None:
    assert normalized(raw) == kept
    assert normalized(kept) == kept


def test_control_characters_are_removed_except_line_breaks_and_tabs() -> None:
    every = "".join(map(chr, range(0x3000)))
    left = {sign for sign in normalized(every) if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")}
    assert left == {"\t", "\n"}


def test_a_long_run_of_combining_marks_is_cut_before_it_is_sorted() -> None:
    """CPython sorts marks in quadratic time: an uncut run of this length would take minutes."""
    kept = normalized("a" + "\u0300\u0327" * 200_000 + "b")
    assert len(kept) <= MOST_MARKS + 2
    assert kept.endswith("b")


def test_html_is_normalised_between_its_tags_only() -> None:
    assert normalized_html("<p>\u0338Va\u0308x\x0bjö</p>") == "<p>\u0338Väx\njö</p>"
    assert "≯" not in normalized_html("<b>\u0338</b>")


@pytest.mark.parametrize(
    "blank", ["", " \n", "\u200b\u2060", "\u3164", "\u200b\u2060\xad", "\u2800", "\ufe0f"]
)
def test_a_name_without_a_visible_character_is_recognised(blank: str) -> None:
    assert not has_visible_sign(blank)
    assert not one_line(blank)


@pytest.mark.parametrize("name", ["Å", "7", "!", "🤖", "\u200bBerg", "李"])
def test_a_name_with_a_visible_character_is_recognised(name: str) -> None:
    assert has_visible_sign(name)


def test_a_title_becomes_one_line_without_invisible_characters() -> None:
    assert one_line(" Läck\xadsökning\x0bi\u200b  nätet\n") == "Läcksökning i nätet"


def posted(**fields: str) -> QueryDict:
    """Return a form with these fields as a view reads it."""
    request = RequestFactory().post("/?q=va\u0308xjo\u0308", fields)
    NormalizedInputMiddleware(lambda request: HttpResponse()).process_view(request, None, (), {})
    assert request.GET["q"] == "växjö"
    return request.POST


def test_a_view_reads_normalised_fields_and_the_unchanged_password() -> None:
    fields = posted(text="a\r\nb\x00", password="va\u0308xjo\u0308", password1="a\u0308")
    assert fields.dict() == {"text": "a\nb", "password": "va\u0308xjo\u0308", "password1": "a\u0308"}


def test_rich_text_keeps_its_offsets_and_no_other_text_is_treated_as_rich_text() -> None:
    draft = '{"blocks": [{"text": "a\u0308"}], "entityMap": {}}'
    other = '{"entityMap" \x0b a\u0308'
    assert posted(body=draft)["body"] == draft
    assert posted(body=other)["body"] == '{"entityMap" \n ä'

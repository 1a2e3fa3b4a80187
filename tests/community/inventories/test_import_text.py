from __future__ import annotations

import pytest

from community.inventories.addresses import web_address
from community.inventories.text import (
    DateText,
    clean,
    clean_id,
    cut,
    find_date,
    first_sentence,
    id_key,
    is_program_error,
    made_id,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>One<br>two</p><ul><li>three</li></ul>", "One\ntwo\nthree"),
        ("<script>alert(1)</script>Sorts <b>letters</b>", "Sorts letters"),
        ("&lt;img src=x onerror=alert(1)&gt;Sorts", "Sorts"),
        ("AT&amp;T &ouml;ppnar &#246;", "AT&T öppnar ö"),
        ("R&D in &tags", "R&D in &tags"),
        ('says "<name of the city>" where a<b', 'says "<name of the city>" where a<b'),
        ("Om x<a och y>b så larmar den.", "Om x<a och y>b så larmar den."),
        ("Om <i och j> eller 2<b", "Om <i och j> eller 2<b"),
        ("Tagga med <table> i mallen.", "Tagga med <table> i mallen."),
        ("Skriv <p> före ordet", "Skriv <p> före ordet"),
        ("<p>One<p>Two", "One\nTwo"),
        ("<ul><li>One<li>Two</ul>", "One\nTwo"),
        ('<a href="/x">Cut off', "Cut off"),
        ("cut off before.</b>", "cut off before."),
        ("<!-- note --><style>p {}</style>Words<!-- never ends", "Words<!-- never ends"),
        ("Read <script> tags", "Read <script> tags"),
        ("a\x00b\x07c\x1b d\u200be\u202ef\ufeff\ud800", "abc def"),
        ("  two \u00a0 blanks\r\n\r\n\r\n\r\nand lines ", "two blanks\n\nand lines"),
        ("Va\u0308xjo\u0308", "Växjö"),
        ('=HYPERLINK("https://example.org";"The report")', "The report"),
        ("=cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("@SUM(1+1)*cmd", "SUM(1+1)*cmd"),
        ("+-@=1+1", "–@=1+1"),
        ("- a point", "– a point"),
        ("–", "–"),
    ],
)
def test_a_cell_becomes_plain_text(cell: str, text: str) -> None:
    assert clean(cell) == text


@pytest.mark.parametrize(
    "cell",
    [
        "Ask anna.ek@vaxjo.example.se today",
        "Ask <a href='mailto:anna.ek@vaxjo.example.se'>anna.ek@vaxjo.example.se</a> today",
        "Ask anna.ek&#64;vaxjo.example.se today",
        "Ask anna.ek (at) vaxjo.example.se today",
        "Ask anna.ek [at] vaxjo [dot] example [dot] se today",
        "Ask anna.ek\u200b@vaxjo.example.se today",
        "Ask anna.ek＠vaxjo.example.se today",
        "Ask anna.ek@<b>vaxjo</b>.example.se today",
    ],
)
def test_an_e_mail_address_is_removed_and_the_text_around_it_stays(cell: str) -> None:
    text = clean(cell)
    assert "anna.ek" not in text
    assert "[address left out]" in text
    assert text.startswith("Ask ")
    assert text.endswith(" today")


def test_text_that_only_resembles_an_address_stays() -> None:
    for text in ("meets @ noon (at the desk)", "costs 5 kr @ 2 st", "see example.org/@anna"):
        assert clean(text) == text


@pytest.mark.parametrize(
    "look_alike",
    ["pstw-1", " PSTW-1 ", "ＰＳＴＷ－１", "PSTW\u200b-1", "PSTW–1", "РSTW-1", "P STW-1"],
)
def test_look_alike_ids_share_a_key(look_alike: str) -> None:
    assert id_key(look_alike) == id_key("PSTW-1")


@pytest.mark.parametrize(
    "error",
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #GETTING_DATA Err:502 "
    "#SAKNAS! #REFERENS! #VÄRDEFEL! #DIVISION/0! #NAMN? #BEZUG! #¡REF! #¿NOMBRE?".split(),
)
def test_error_values_of_spreadsheets_are_recognised_in_each_language(error: str) -> None:
    assert is_program_error(error)


@pytest.mark.parametrize(
    "words", ["#AI", "#1", "# N/A", "#hashtag!", "Err: no", "#REF! in a text", "N/A", ""]
)
def test_text_with_a_number_sign_is_no_error_value(words: str) -> None:
    assert not is_program_error(words)


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("https://e.org/a_(b)", ["https://e.org/a_(b)"]),
        ("(see https://e.org/a)", ["https://e.org/a"]),
        ("“https://e.org/a”", ["https://e.org/a"]),
        ("https://web.archive.org/web/https://e.org/", ["https://web.archive.org/web/https://e.org/"]),
        ("https://e.org/?a=1;b=2,3", ["https://e.org/?a=1;b=2,3"]),
        ("https://e.org/?a=1&amp;b=2", ["https://e.org/?a=1&b=2"]),
        ("https://a.org https://b.org\nwww.c.org", ["https://a.org", "https://b.org", "https://www.c.org"]),
        ("https://a.org https://a.org", ["https://a.org"]),
        ("HTTPS://E.ORG/A", ["HTTPS://E.ORG/A"]),
        ("anna@www.e.org", []),
        ("https://e.org/" + "x" * 500, []),
        ("ftp://e.org, e.org/x, javascript:alert(1)", []),
    ],
)
def test_web_addresses_are_found_in_text(cell: str, addresses: list[str]) -> None:
    first, others = web_address(cell)
    assert [first, *others] == (addresses or [""])


def test_an_id_built_from_cells_differs_with_each_cell() -> None:
    long = "x" * 300
    made = [["a", "b"], ["a", "", "b"], ["a · b"], ["a", "b · c"], ["a · b", "c"], [long, "1"], [long, "2"]]
    ids = [made_id(values) for values in made]
    assert len({id_key(one) for one in ids}) == len(made)
    assert max(map(len, ids)) <= 150
    assert made_id(["Växjö kommun", "Chatbot"]) == "Växjö kommun · Chatbot"
    assert made_id([long.upper(), "1"]).split()[-1] == made_id([long, "1"]).split()[-1]


def test_different_ids_have_different_keys() -> None:
    assert len({id_key(text) for text in ("PSTW-1", "PSTW-10", "PSTW-01", "PSTW.1", "1")}) == 5


def test_an_id_stays_as_published_without_invisible_characters() -> None:
    assert clean_id(" -PSTW\u200b 1\x00 ") == "-PSTW 1"


def test_the_first_sentence_does_not_end_at_an_abbreviation() -> None:
    text = "The city of St. Gallen (pop. 80,000) sorts letters, e.g. Swiss ones. It works."
    assert first_sentence(text) == "The city of St. Gallen (pop. 80,000) sorts letters, e.g. Swiss ones."


def test_a_single_word_is_no_sentence() -> None:
    assert first_sentence("Purpose: Mammography. It finds what doctors miss. And more.").startswith(
        "Mammography. It"
    )


def test_a_long_line_is_cut_between_words() -> None:
    short = cut("one two three four five", 15)
    assert short == "one two three…"
    assert len(short) <= 15


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("14/10/2024", "2024-10-14"),
        ("Fall 2023", "2023-01-01"),
        ("7/15/1905", None),
        ("soon", None),
        ("32/13/2020", "2020-01-01"),
    ],
)
def test_dates_are_found_in_free_text(text: str, found: str | None) -> None:
    day = find_date(text, ["%d/%m/%Y", "year"])
    assert (day.isoformat() if day else None) == found


def test_a_date_cell_needs_no_date_format() -> None:
    assert find_date(DateText("2024-03-01T10:30:00"), ["%d/%m/%Y"]).isoformat() == "2024-03-01"
    assert find_date("2024-03-01", ["%d/%m/%Y"]) is None
    assert find_date("soon", ["date"]) is None

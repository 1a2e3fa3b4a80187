"""Markdown becomes clean HTML: nothing that runs, nothing of the page's own headings, links that say what they are."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.rich_text import ATTRIBUTES, TAGS, render_markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "![x](javascript:alert(1))",
    "![x](https://elsewhere.example/pixel.gif)",
    '[x](https://example.org "title" onmouseover="alert(1)")',
    '[x](https://example.org" onmouseover="alert(1))',
    "<svg/onload=alert(1)>",
    "<iframe src=//elsewhere.example>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x",
    "<!--><script>alert(1)</script>-->",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "`<script>` and ```\n<script>alert(1)</script>\n```",
    "<div><b><i>never closed",
    "<https://example.org/<script>>",
    "[<script>alert(1)</script>](https://example.org)",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    'http://example.org/"onmouseover="alert(1)',
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
]
TAG = re.compile(r"<\s*/?\s*([a-zA-Z!][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([\w:-]+)\s*=")


def dangers(html: str) -> list[str]:
    """What of the HTML a browser would do more with than show it."""
    found = []
    for tag, attributes in TAG.findall(html):
        if tag.lower() not in TAGS:
            found.append(tag)
        allowed = ATTRIBUTES.get(tag.lower(), [])
        outside_quotes = re.sub(r"\"[^\"]*\"", '""', attributes)
        found += [name for name in ATTRIBUTE.findall(outside_quotes) if name not in allowed]
    found += re.findall(r"href=\"\s*(?!https?:|mailto:)[a-z][a-z0-9+.-]*:[^\"]*", html, re.IGNORECASE)
    return found


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_a_member_writes_runs(text: str) -> None:
    html = render_markdown(text)
    assert dangers(html) == []
    assert "\x00" not in html


PIECES = [*ATTACKS, "**", "[", "](", ")", "<", ">", '"', "`", "\n", "# "]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_nor_does_any_mixture(text: str) -> None:
    assert dangers(render_markdown(text)) == []


def test_the_detector_sees_what_it_looks_for() -> None:
    assert dangers('<a href="javascript:alert(1)">x</a>')
    assert dangers("<p onclick=alert(1)>x</p>")
    assert dangers("<script>")


@pytest.mark.parametrize(
    ("text", "html"), [("# One", "<h3>One</h3>"), ("## Two", "<h4>Two</h4>"), ("### Three", "<h5>Three</h5>")]
)
def test_headings_begin_below_the_pages_own(text: str, html: str) -> None:
    assert render_markdown(text).strip() == html


def test_deeper_headings_stay_headings() -> None:
    assert render_markdown("###### Six").strip() == "<h5>Six</h5>"


@pytest.mark.parametrize(
    "text", ["https://example.org/a", "[here](https://example.org/a)", "<https://example.org/a>"]
)
def test_links_outwards_say_so(text: str) -> None:
    html = render_markdown(text)
    assert 'href="https://example.org/a"' in html
    assert re.search(r'rel="[^"]*nofollow[^"]*noopener[^"]*noreferrer', html)
    assert html.count("rel=") == 1


def test_links_within_the_site_and_to_mailboxes_are_plain() -> None:
    html = render_markdown("[guide](/guider/) [write](mailto:info@example.org)")
    assert '<a href="/guider/">guide</a>' in html
    assert 'href="mailto:info@example.org"' in html
    assert "rel=" not in html


def test_an_address_in_code_is_left_alone() -> None:
    assert "<a" not in render_markdown("`https://example.org`")


def test_what_members_use_comes_out_as_meant() -> None:
    html = render_markdown(
        "**bold** and *italic*\nsecond line\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said"
    )
    for piece in (
        "<strong>bold</strong>",
        "<em>italic</em>",
        "<br",
        "<li>one</li>",
        "<td>1</td>",
        "<blockquote>",
    ):
        assert piece in html


def test_html_is_shown_as_it_was_written() -> None:
    assert "&lt;b&gt;not bold&lt;/b&gt;" in render_markdown("<b>not bold</b>")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_gives_nothing(text: str) -> None:
    assert render_markdown(text).strip() == ""


def test_the_filter_marks_it_safe_in_templates() -> None:
    page = Template("{% load rich_text %}{{ text|markdown }}").render(Context({"text": "**b** <i>"}))
    assert page.strip() == "<p><strong>b</strong> &lt;i&gt;</p>"

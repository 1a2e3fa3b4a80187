"""Markdown becomes clean HTML: no scripts, headings below those of the page, and links marked by where they lead."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rich_text import ATTRIBUTES, TAGS, plain_text, render_markdown
from tests.support.cases import read_case

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
    """Return the parts of the HTML that a browser would run or load instead of showing them."""
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
def test_no_html_of_a_member_is_executed(text: str) -> None:
    html = render_markdown(text)
    assert dangers(html) == []
    assert "\x00" not in html


PIECES = [*ATTACKS, "**", "[", "](", ")", "<", ">", '"', "`", "\n", "# "]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_no_combination_of_attacks_is_executed(text: str) -> None:
    assert dangers(render_markdown(text)) == []


def test_the_detector_finds_dangerous_html() -> None:
    assert dangers('<a href="javascript:alert(1)">x</a>')
    assert dangers("<p onclick=alert(1)>x</p>")
    assert dangers("<script>")


@pytest.mark.parametrize(
    ("text", "html"), [("# One", "<h3>One</h3>"), ("## Two", "<h4>Two</h4>"), ("### Three", "<h5>Three</h5>")]
)
def test_headings_of_a_text_begin_below_those_of_the_page(text: str, html: str) -> None:
    assert render_markdown(text).strip() == html


def test_deeper_headings_keep_their_levels() -> None:
    assert render_markdown("###### Six").strip() == "<h5>Six</h5>"


REL = 'rel="nofollow ugc noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("[here](https://example.org/a)", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("[here](HtTpS://example.org)", "HtTpS://example.org"),
        ("[here](//example.org/a)", "//example.org/a"),
        ("[here](<  //example.org>)", "//example.org"),
        ("[here](\t//example.org)", "//example.org"),
        ("[here](https:example.org)", "https:example.org"),
        ("[here](http&colon;//example.org)", "http://example.org"),
        ("[here][there]\n\n[there]: //example.org", "//example.org"),
        ("www.example.org", "https://www.example.org"),
    ],
)
def test_external_links_are_marked_in_every_spelling(text: str, href: str) -> None:
    assert f'<a href="{href}" {REL}>' in render_markdown(text)


@pytest.mark.parametrize("href", ["\\\\\\\\example.org", "/\\\\example.org", "/&#92;example.org"])
def test_a_backslash_does_not_hide_an_external_link(href: str) -> None:
    """A browser reads "\\\\host" as "//host"."""
    html = render_markdown(f"[here]({href})")
    assert "\\" not in html
    assert "%5C" in html


def test_internal_links_and_mail_links_are_not_marked() -> None:
    html = render_markdown("[guide](/guider/) [write](mailto:info@example.org)")
    assert '<a href="/guider/">guide</a>' in html
    assert 'href="mailto:info@example.org"' in html
    assert "rel=" not in html


def test_an_address_in_code_does_not_become_a_link() -> None:
    assert "<a" not in render_markdown("`https://example.org`")


def test_common_markdown_is_rendered() -> None:
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


def test_html_in_the_source_is_shown_as_text() -> None:
    assert "&lt;b&gt;not bold&lt;/b&gt;" in render_markdown("<b>not bold</b>")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_renders_nothing(text: str) -> None:
    assert render_markdown(text).strip() == ""


def test_the_html_is_safe_in_templates() -> None:
    page = Template("{{ html }}").render(Context({"html": render_markdown("**b** <i>")}))
    assert page.strip() == "<p><strong>b</strong> &lt;i&gt;</p>"


def test_code_is_escaped_once() -> None:
    html = render_markdown(read_case("01-code.md"))
    assert "if a &lt; b:" in html
    assert "&quot;hej &amp; då&quot;" in html
    assert "<code>x &lt; y</code>" in html
    assert render_markdown("`&lt;`").strip() == "<p><code>&amp;lt;</code></p>"


def test_strikethrough_is_rendered() -> None:
    html = render_markdown(read_case("02-strike.md"))
    assert html.strip() == "<p><s>Gäller inte längre.</s> Gäller nu.</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("|a|b|\n|:-:|--:|\n|1|2|", '<td align="right">2</td>'),
        ("3. three", '<ol start="3">'),
        ("![a map](https://example.org/map.png)", '!<a href="https://example.org/map.png"'),
        ("[call](tel:+4600)", "[call](tel:+4600)"),
        ("<ftp://example.org>", "&lt;ftp://example.org&gt;"),
        ("<!-- a remark -->", "&lt;!-- a remark --&gt;"),
        ("<details>x</details>", "&lt;details&gt;x&lt;/details&gt;"),
        ("> " * 40 + "deep", "deep"),
        ("- " * 40 + "deep", "deep"),
        ("one\\\ntwo", "one<br>\ntwo"),
    ],
)
def test_every_markdown_construct_is_shown(text: str, html: str) -> None:
    assert html in render_markdown(text)


def links(text: str) -> list[tuple[str, str]]:
    """Return (address, text) of each link."""
    return re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', render_markdown(text))


def test_file_names_and_joined_sentences_are_not_links() -> None:
    assert links(read_case("05-links.md")) == []
    assert links("exempel.se //exempel.se ftp://exempel.se a@b http:// www. awww.a.se") == []


def test_an_address_without_a_protocol_is_an_external_link() -> None:
    assert links(read_case("07-www.md")) == [("https://www.exempel.se", "Läs mer")]
    assert links("[write](anna@example.org)") == [("mailto:anna@example.org", "write")]


@pytest.mark.parametrize("address", ["https://example.org/a", "www.example.org/a", "anna@example.org"])
@pytest.mark.parametrize(
    "around",
    [
        *("{}.", "{},", "{};", "{}:", "{}!", "{}?", "({}).", "[{}]", "{}…"),
        *(
            "”{}”.",
            "“{}”",
            "„{}“",
            "»{}»",
            "«{}»",
            "'{}'",
            "’{}’,",
            '"{}"',
            "*{}*",
            "**{}**",
            "_{}_",
            "~~{}~~",
        ),
    ],
)
def test_punctuation_and_quotes_after_an_address_stay_outside_the_link(address: str, around: str) -> None:
    assert [words for _, words in links(around.format(address))] == [address]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a_(b)",
        "https://example.org/__init__.py",
        "https://example.org/*a*/b",
        "https://example.org/?a=1#b",
        "https://example.org/åäö",
        "https://exempel.se/a,b;c",
    ],
)
def test_punctuation_within_an_address_belongs_to_it(address: str) -> None:
    assert [words for _, words in links(f"Se {address} och mer.")] == [address]


def test_an_address_inside_a_link_or_code_does_not_become_a_link() -> None:
    assert links("[www.a.se och b@c.se](https://example.org)") == [
        ("https://example.org", "www.a.se och b@c.se")
    ]
    assert links("`www.a.se` `b@c.se`\n\n    www.a.se") == []


def test_a_table_with_more_cells_than_characters_stays_text() -> None:
    wide = "|" + "a|" * 50 + "\n|" + "-|" * 50 + "\n" + "|\n" * 500
    assert "<table>" not in render_markdown(wide)
    assert "<table>" in render_markdown(
        "|" + "a|" * 50 + "\n|" + "-|" * 50 + "\n" + ("|" + "b|" * 50 + "\n") * 9
    )
    assert "<table>" in render_markdown("a|b\n-|-\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Mål\n- **Färre** köer\n1. [läs](https://example.org) `kod`", "Mål\nFärre köer\nläs kod"),
        ("```\nif a < b\n```\n~~struket~~ \\*kvar\\*", "if a < b\nstruket *kvar*"),
        ("|a|b|\n|-|-|\n|1|2|", "a\nb\n1\n2"),
        ("> sagt  \n> igen", "sagt\nigen"),
    ],
)
def test_plain_text_contains_the_words_without_the_markup(text: str, words: str) -> None:
    assert plain_text(text) == words

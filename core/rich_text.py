"""Renders members' Markdown to clean HTML. The only module that knows markdown-it, linkify-it and bleach.

Time grows linearly with the text. markdown-it is linear except for the two cases that `_bounded_table` and `_shallow`
prevent. bleach is not linear, so it never gets a whole text: it gets one line of text at a time, and only a line with a
tag. markdown-it itself makes the blocks around it, from a fixed list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bleach.sanitizer import Cleaner
from django.utils.safestring import SafeString, mark_safe
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

TAGS = frozenset(
    "p br strong em s code pre blockquote ul ol li h3 h4 h5 hr a table thead tbody tr th td".split()
)
ATTRIBUTES = {"a": ["href", "title", "rel"], "ol": ["start"], "th": ["align"], "td": ["align"]}
PROTOCOLS = frozenset({"http", "https", "mailto"})
OUTWARD = "nofollow ugc noopener noreferrer"

DEEPEST = 16
"""Lists and quotations inside each other, counted in levels of HTML. Deeper ones are shown as text."""
LONGEST_ADDRESS = 2_000

_SCHEME = re.compile(r"(?<![a-z0-9+.-])https?\Z", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_WWW = re.compile(r"(?<![\w@./:-])www\.", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s@/?#:]+@[^\s@/?#:]+")
_WORD = re.compile(r"\S+")
_BETWEEN_SIGNS = re.compile(r"(?!')[^\s:;,\"”“„»«’‘()\[\]<>{}]+")
_LEAVES = re.compile(r"\s*(?:https?:|[/\\]{2})", re.IGNORECASE)
_AFTER_AN_ADDRESS = ".,:;!?…*_~'\"’‘‚”“„»«›‹"

_addresses = LinkifyIt(options={"fuzzy_link": False, "fuzzy_ip": False, "fuzzy_email": True})


def render_markdown(text: str) -> SafeString:
    """Clean HTML of `text`. Headings are of level 3 to 5, since the page owns 1 and 2; plain addresses become links;
    HTML in the text is shown as text."""
    tokens = _markdown.parse(text.replace("\x00", ""))
    return mark_safe(_Renderer().render(tokens, _markdown.options, {}))


def plain_text(text: str) -> str:
    """The words of a Markdown text without its marks, one line of text a line. A link leaves its words."""
    pieces = (_words(token) for token in _markdown.parse(text.replace("\x00", "")))
    return "\n".join(piece for piece in pieces if piece).strip()


def _renderer_version() -> str:
    libraries = [version(name) for name in ("markdown-it-py", "linkify-it-py", "bleach")]
    return blake2b(Path(__file__).read_bytes() + " ".join(libraries).encode(), digest_size=8).hexdigest()


def _words(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.rstrip("\n")
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(breaks.get(child.type, child.content) for child in token.children or ())


class _Renderer(RendererHTML):
    """A renderer for one text: bleach's cleaner is not safe to share between threads."""

    def renderInline(self, *args: Any) -> str:
        html = super().renderInline(*args)
        # Without a tag it is escaped text, which needs no cleaning.
        return self._cleaner.clean(html) if "<" in html else html

    @staticmethod
    def renderAttrs(token: Token) -> str:
        """Keep only allowed attributes. markdown-it writes the alignment of a column as a style."""
        style = str(token.attrs.get("style", ""))
        if style.startswith("text-align:"):
            token.attrs["align"] = style.removeprefix("text-align:")
        allowed = ATTRIBUTES.get(token.tag, [])
        token.attrs = {name: value for name, value in token.attrs.items() if name in allowed}
        return RendererHTML.renderAttrs(token)

    @cached_property
    def _cleaner(self) -> Any:
        return Cleaner(tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True)


def _shallow(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Make a block rule stop at the deepest level. markdown-it would drop deeper text; here it becomes a paragraph."""

    def checked(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
        return state.level < DEEPEST and rule(state, first, last, silent)

    return checked


def _bounded_table(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    """Refuse a table with more cells than characters. markdown-it fills rows that are too short, so a wide head would
    make many cells of few characters."""
    if first + 1 >= last or "|" not in _line(state, first) or _line(state, first + 1).strip(" \t|:-"):
        return False
    end = state.env.get("blank_line", 0)
    if end <= first:
        end = next((number for number in range(first, last) if state.isEmpty(number)), last)
        state.env["blank_line"] = end
    columns = _line(state, first + 1).count("|") + 1
    if columns * (end - first) > state.eMarks[end - 1] - state.bMarks[first] + 2:
        return False
    return table(state, first, last, silent)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Link `http://…` and `https://…`, before emphasis can take the underscores in them."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    if scheme is None:
        return False
    start = state.pos - len(scheme[0])
    url = _address_at(state.src[start : start + LONGEST_ADDRESS])
    if len(url) <= len(scheme[0]) + 3:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        _push_link(state, url)
    state.pos = start + len(url)
    return True


def _push_link(state: StateInline, url: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink(url)}
    state.push("text", "", 0).content = state.md.normalizeLinkText(url)
    state.push("link_close", "a", -1)


def _address_at(text: str) -> str:
    """The address that `text` begins with, or "". Closing punctuation and quotation marks stay outside."""
    found = _addresses.match_at_start(text)
    return found.raw.rstrip(_AFTER_AN_ADDRESS) if found else ""


def _link_text(state: StateCore) -> None:
    """Link mailboxes and `www.` in text, and make every link say whether it leaves the site."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_linked(state.md, block.children))


def _linked(md: MarkdownIt, tokens: Iterable[Token]) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "link_open":
            token.attrs.update(_link_attributes(str(token.attrs.get("href", ""))))
        if token.type == "text" and not inside and ("@" in token.content or "www." in token.content.lower()):
            yield from _with_links(md, token)
        else:
            yield token


def _with_links(md: MarkdownIt, token: Token) -> Iterator[Token]:
    text, done = token.content, 0
    for start, end, href in _found_in(text):
        yield Token("text", "", 0, content=text[done:start], level=token.level)
        yield Token("link_open", "a", 1, attrs=_link_attributes(md.normalizeLink(href)), level=token.level)
        yield Token("text", "", 0, content=text[start:end], level=token.level + 1)
        yield Token("link_close", "a", -1, level=token.level)
        done = end
    yield Token("text", "", 0, content=text[done:], level=token.level)


def _found_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, target) of each mailbox and each `www.` address. It matches one word at a time, so that the
    cost of a long text is linear."""
    for word in _WORD.finditer(text):
        if len(word[0]) > LONGEST_ADDRESS:
            continue
        if www := _WWW.search(word[0]):
            address = _address_at(f"https://{word[0][www.start() :]}")
            if "." in address[len("https://www.") :]:
                start = word.start() + www.start()
                yield start, start + len(address) - len("https://"), address
        elif "@" in word[0]:
            for piece in _BETWEEN_SIGNS.finditer(word[0]):
                for found in _addresses.match(piece[0]) or ():
                    if found.schema == "mailto:":
                        start = word.start() + piece.start()
                        yield start + found.index, start + found.last_index, found.url


def _link_attributes(href: str) -> dict[str, str | int | float]:
    """Return the attributes of a link to `href`: its whole address, and `rel` when it leaves the site."""
    if _WWW.match(href):
        href = f"https://{href}"
    elif _MAILBOX.fullmatch(href):
        href = f"mailto:{href}"
    return {"href": href, "rel": OUTWARD} if _LEAVES.match(href) else {"href": href}


def _is_allowed(url: str) -> bool:
    """Whether a link may have this URL. A link with another protocol is shown as text."""
    scheme = _ANY_SCHEME.match(url)
    return scheme is None or scheme[1].lower() in PROTOCOLS


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 5)}"


def _parser() -> MarkdownIt:
    """Make the parser. An image becomes a link with a sign before it, so that no reader loads it from another site."""
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 2 * DEEPEST})
    markdown.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
    markdown.validateLink = _is_allowed  # type: ignore[method-assign]
    markdown.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    markdown.block.ruler.at(
        "blockquote", _shallow(blockquote), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.block.ruler.at("list", _shallow(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.inline.ruler.before("escape", "address", _address)
    markdown.core.ruler.after("inline", "link_text", _link_text)
    markdown.core.ruler.push("headings", _lower_headings)
    return markdown


_markdown = _parser()
RENDERER = _renderer_version()
"""The version of the HTML: it changes with this module and with the libraries."""

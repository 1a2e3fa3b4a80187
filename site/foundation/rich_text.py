"""What members write: Markdown in, clean HTML out. The only place that knows markdown-it and bleach."""

from __future__ import annotations

import re

import bleach
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = frozenset(
    "p br strong em del code pre blockquote ul ol li h3 h4 h5 hr a table thead tbody tr th td".split()
)
ATTRIBUTES = {"a": ["href", "title", "rel"], "ol": ["start"], "th": ["align"], "td": ["align"]}
HEADING = re.compile(r"<(/?)h([1-6])>")
PROTOCOLS = frozenset({"http", "https", "mailto"})

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)


def _mark_outward(attributes: dict, new: bool = False) -> dict | None:  # noqa: FBT001, FBT002
    """Links that leave the site say so to search engines and carry no referrer."""
    href = attributes.get((None, "href"), "")
    if href.startswith(("http:", "https:")):
        attributes[(None, "rel")] = "nofollow ugc noopener noreferrer"
    return attributes


def render_markdown(text: str) -> SafeString:
    """Clean HTML of `text`. Headings are of level 3 to 5, since the page owns 1 and 2; plain addresses become links;
    raw HTML in the text is shown, never obeyed."""
    if not text:
        return mark_safe("")
    html = _markdown.render(text.replace("\x00", ""))
    html = HEADING.sub(lambda tag: f"<{tag[1]}h{min(int(tag[2]) + 2, 5)}>", html)
    clean = bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True)
    return mark_safe(bleach.linkify(clean, callbacks=[_mark_outward], skip_tags=["pre", "code"]))

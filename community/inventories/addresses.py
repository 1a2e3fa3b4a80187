"""The web addresses in a cell, whatever stands around them."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from community.inventories.text import without_hidden

LONGEST = 500
# Up to a blank, a bracket or quotation mark that no address holds, or a separator with another address behind it.
_ADDRESS = re.compile(
    r"(?<![\w.@/])(?:https?://|www\.)(?:[^\s;,<>\"“”«»{}|\\^`\[\]]|[;,]++(?!\s?(?:https?://|www\.)))+", re.I
)
_NAMED = re.compile(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]+\.\w")
_END = ".,;:!?'’*_"


def web_address(text: str) -> tuple[str, list[str]]:
    """The first address that one can follow, and the others. "www." alone is enough. Several words, mark-up, a
    Markdown link and punctuation around an address do no harm; an address with a person's in it is none."""
    found = list(
        dict.fromkeys(filter(None, map(followed, _ADDRESS.findall(html.unescape(without_hidden(text))))))
    )
    return (found[0], found[1:]) if found else ("", [])


def followed(url: str) -> str:
    surplus, end = url.count(")") - url.count("("), len(url)
    while end and (url[end - 1] in _END or (url[end - 1] == ")" and surplus > 0)):
        surplus -= url[end - 1] == ")"
        end -= 1
    url = url[:end]
    if len(url) > LONGEST or not url.isprintable():
        return ""
    if url[:4].casefold() == "www.":
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if not host or "@" in parts.netloc or _NAMED.search(parts.path + parts.query):
        return ""
    return url if len(url) <= LONGEST else ""

"""Finds the web addresses in a cell."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from community.inventories.text import without_hidden

LONGEST = 500
# An address ends before a blank, a bracket or quotation mark that it cannot contain, or a separator that another
# address follows.
_ADDRESS = re.compile(
    r"(?<![\w.@/])(?:https?://|www\.)(?:[^\s;,<>\"“”«»{}|\\^`\[\]]|[;,]++(?!\s?(?:https?://|www\.)))+", re.I
)
_NAMED = re.compile(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]+\.\w")
_END = ".,;:!?'’*_"


def web_address(text: str) -> tuple[str, list[str]]:
    """Return the first usable address, or "", and the others.

    An address begins with a scheme or with "www.". It may stand among words, punctuation and mark-up, or in a Markdown
    link. One that contains an e-mail address is not usable.
    """
    found = list(
        dict.fromkeys(filter(None, map(followed, _ADDRESS.findall(html.unescape(without_hidden(text))))))
    )
    return (found[0], found[1:]) if found else ("", [])


def followed(url: str) -> str:
    """Return the address without punctuation at its end, or "" if it is not usable."""
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

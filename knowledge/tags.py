"""Parses and writes tags: separated by commas, and in quotation marks where a tag contains a comma."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.text import one_line

_PARTS = re.compile(r'"[^"]*"|[^",]+|[",]')
_QUOTES = str.maketrans("“”„«»", '"""""')


def parse_tags(text: str) -> list[str]:
    """Return the tags in their order, each once. A quotation mark without its pair is ignored."""
    tags = [""]
    for part in _PARTS.findall((text or "").translate(_QUOTES)):
        if part == ",":
            tags.append("")
        else:
            tags[-1] += part.replace('"', "")
    return unique_tags(tags)


def tags_of_pieces(pieces: Iterable[str]) -> list[str]:
    """Return the tags of a cell that was split before: pieces of a tag in quotation marks are joined again."""
    whole: list[str] = []
    is_open = False
    for piece in pieces:
        if is_open:
            whole[-1] += f", {piece}"
        else:
            whole.append(piece)
        is_open ^= piece.count('"') % 2 == 1
    return unique_tags(tag.replace('"', "") for tag in whole)


def unique_tags(tags: Iterable[str]) -> list[str]:
    """Return the valid tags without duplicates."""
    found: dict[str, str] = {}
    for tag in filter(is_tag, map(one_line, tags)):
        found.setdefault(tag.casefold(), tag)
    return list(found.values())


def is_tag(text: str) -> bool:
    """Whether the text has an alphabetic character or a digit, so that its slug is not empty."""
    return any(sign.isalnum() for sign in text)


def join_tags(tags: Iterable[str]) -> str:
    """Return the text that `parse_tags` parses into the same tags."""
    return ", ".join(f'"{tag}"' if "," in tag else tag for tag in tags)

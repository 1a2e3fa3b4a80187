"""How tags are written: with commas between them, and in quotation marks where a tag holds a comma itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.text import one_line

_PARTS = re.compile(r'"[^"]*"|[^",]+|[",]')
_QUOTES = str.maketrans("“”„«»", '"""""')


def parse_tags(text: str) -> list[str]:
    """The tags in their order, each once. A quotation mark without its pair counts as nothing."""
    tags = [""]
    for part in _PARTS.findall((text or "").translate(_QUOTES)):
        if part == ",":
            tags.append("")
        else:
            tags[-1] += part.replace('"', "")
    return unique_tags(tags)


def tags_of_pieces(pieces: Iterable[str]) -> list[str]:
    """The tags of a cell that was split already: pieces that a comma in quotation marks parted are one tag again."""
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
    """Those that are tags, without their doubles."""
    found: dict[str, str] = {}
    for tag in filter(is_tag, map(one_line, tags)):
        found.setdefault(tag.casefold(), tag)
    return list(found.values())


def is_tag(text: str) -> bool:
    """Whether it holds a letter or a digit, so that its slug is not empty."""
    return any(sign.isalnum() for sign in text)


def join_tags(tags: Iterable[str]) -> str:
    """The text from which `parse_tags` reads the same tags."""
    return ", ".join(f'"{tag}"' if "," in tag else tag for tag in tags)

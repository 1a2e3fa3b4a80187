"""Splits a longer text into the sentences of statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.rich_text import plain_text
from core.text import one_line

LONGEST = 300
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_BULLET = re.compile(r"^[-*•–]\s+")


def sentences_in(markdown: str) -> list[str]:
    """Return the lines of a Markdown text, as plain text without repetition. A line of more than 300 characters is
    split between sentences, and a longer sentence between words."""
    found: list[str] = []
    for raw in plain_text(markdown).splitlines():
        line = _BULLET.sub("", one_line(raw))
        found += [line] if len(line) <= LONGEST else split(line)
    return [text for text in dict.fromkeys(found) if text]


def split(line: str) -> list[str]:
    """Split between sentences, into parts of at most 300 characters."""
    parts: list[str] = []
    for sentence in _SENTENCE_END.split(line):
        for piece in pieces(sentence):
            if parts and len(parts[-1]) + 1 + len(piece) <= LONGEST:
                parts[-1] += " " + piece
            else:
                parts.append(piece)
    return parts


def pieces(sentence: str) -> Iterator[str]:
    """Yield the sentence, cut between words where it is too long, and within a word that is too long by itself."""
    while len(sentence) > LONGEST:
        at = sentence.rfind(" ", 0, LONGEST + 1)
        at = at if at > 0 else LONGEST
        yield sentence[:at]
        sentence = sentence[at:].lstrip()
    yield sentence

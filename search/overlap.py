"""Finds the rare words that two texts have in common, and a short quotation of each text around them.

How it works. `segments` splits a text into sentences, lines and parts of lists. Each word of a segment has tokens: its
stem, the parts of a compound, and its concepts. Two words match when they share a token. `informativeness` gives each
token a weight from 0 (in every record) to 1 (rare), from its number in the index. `best_pair` compares each segment of
one text with each of the other, and quotes the pair whose shared words weigh most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from search.significance import rarity
from search.words import (
    concepts_in,
    concepts_of,
    generic_words,
    stem,
    stop_words,
    weak_words,
    word_tokens,
    words,
)

RARE, UNCOMMON = 0.55, 0.4
ALWAYS_RARE = 5
FRAGMENT = 65
MOST_WORDS = 6
MOST_SEGMENTS = 60
"""The most segments of a text. Each of them is compared with each of the other text's."""

_BREAKS = re.compile(r"[\n\r;•]+|(?<=[.!?])\s+|,\s+(?:och|samt|and)\s+")


class SegmentWord(NamedTuple):
    """A word of a segment, and the tokens by which it can match a word of another text."""

    start: int
    end: int
    form: str
    root: str
    tokens: frozenset[str]


class Segment(NamedTuple):
    text: str
    words: tuple[SegmentWord, ...]


class Overlap(NamedTuple):
    """A quotation of each side, the words of both that match, and their weight."""

    ours: str
    theirs: str
    words: tuple[str, ...]
    weight: float


@lru_cache(maxsize=4_000)
def segments(text: str, language: str) -> tuple[Segment, ...]:
    """Split a text into sentences, lines and parts of lists, with those of their words that are not too common."""
    stripped = (part.strip(" .-–*\t") for part in _BREAKS.split(text))
    return tuple(
        Segment(segment, _segment_words(segment, language))
        for segment in islice(filter(None, stripped), MOST_SEGMENTS)
    )


def _segment_words(text: str, language: str) -> tuple[SegmentWord, ...]:
    known = [word for word in words(text) if word.form not in stop_words(language)]
    found = [set(_tokens(word.form, language)) for word in known]
    # A concept of several words ("artificiell intelligens") is a token of each of them.
    for first, last, name in concepts_in([stem(word.form, language) for word in known], language):
        if last - first > 1:
            for tokens in found[first:last]:
                tokens.add(name)
    return tuple(
        SegmentWord(word.start, word.end, word.form, stem(word.form, language), frozenset(tokens))
        for word, tokens in zip(known, found, strict=True)
        if tokens
    )


@lru_cache(maxsize=50_000)
def _tokens(form: str, language: str) -> frozenset[str]:
    """The tokens of the word, of its compound parts and of its concepts, without generic and weak words."""
    if len(form) < 3 or form.isdigit() or form in _empty() or stem(form, language) in _empty():
        return frozenset()
    written = {token for token in word_tokens(form, language) if not token.startswith("_")}
    return frozenset(written - _empty()) | concepts_of(form, language)


@cache
def _empty() -> frozenset[str]:
    listed = generic_words() | weak_words()
    return listed | {stem(form, language) for form in listed for language in ("sv", "en")}


def tokens_of(segments_of_text: Iterable[Segment]) -> frozenset[str]:
    return frozenset(token for segment in segments_of_text for word in segment.words for token in word.tokens)


def informativeness(frequencies: Mapping[str, int], size: int) -> dict[str, float]:
    """Token → how much it says that two texts share it, from 0 to 1. Tokens of a few rows always have 1."""
    few = {token: 1.0 for token, number in frequencies.items() if number <= ALWAYS_RARE}
    return rarity({token: number for token, number in frequencies.items() if number}, size) | few


def shared_terms(
    ours: Iterable[Segment], theirs: Iterable[Segment], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return the word forms of `ours` that match a word of `theirs`, each with its weight. Common ones are left out."""
    # Two compounds that share only a part do not match: the token must be a concept, the whole word of ours, or a whole
    # word of theirs. A token counts once, for the first word that has it (`spent`).
    theirs = tuple(theirs)
    answered, whole = tokens_of(theirs), {word.root for segment in theirs for word in segment.words}
    found: dict[str, float] = {}
    spent: set[str] = set()
    for word in (word for segment in ours for word in segment.words):
        both = {
            token
            for token in word.tokens & answered
            if token.startswith("_") or token == word.root or token in whole
        }
        weight = max((weights.get(token, 0.0) for token in both), default=0.0)
        if weight >= UNCOMMON and not both & spent:
            found[word.form] = weight
            spent |= both
    return found


def is_sufficient(weights: Iterable[float]) -> bool:
    """Whether these shared words are enough for a reason: one rare word, or two uncommon ones."""
    listed = list(weights)
    return len(listed) > 1 or any(weight >= RARE for weight in listed)


def best_pair(
    ours: Sequence[Segment], theirs: Sequence[Segment], weights: Mapping[str, float], *, least: int = 1
) -> Overlap | None:
    """Return the two segments that share most. None where they share fewer than `least` words, or not enough."""
    best: tuple[float, Segment, Segment] | None = None
    for mine in ours:
        for other in theirs:
            found = shared_terms([mine], [other], weights)
            weight = sum(found.values())
            if len(found) >= least and is_sufficient(found.values()) and (best is None or weight > best[0]):
                best = (weight, mine, other)
    if best is None:
        return None
    weight, mine, other = best
    forms = meeting_forms([mine], [other], weights)
    return Overlap(quoted(mine, forms), quoted(other, forms), forms, weight)


def meeting_forms(
    ours: Sequence[Segment], theirs: Sequence[Segment], weights: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the words of both that match, as they are written."""
    common = {token for token in tokens_of(ours) & tokens_of(theirs) if weights.get(token, 0.0) >= UNCOMMON}
    forms = [word.form for segment in (*ours, *theirs) for word in segment.words if word.tokens & common]
    return tuple(dict.fromkeys(forms))[: 2 * MOST_WORDS]


def quoted(segment: Segment, forms: Sequence[str]) -> str:
    """Return about 65 characters of the segment that contain the first of the words; all of it where it is short."""
    text = segment.text
    if len(text) <= FRAGMENT:
        return text
    first = next((word for word in segment.words if word.form in forms), None)
    start = 0
    if first and first.end > FRAGMENT * 2 // 3:
        start = text.rfind(" ", 0, max(first.start - FRAGMENT // 4, 1)) + 1
    end = len(text)
    if end - start > FRAGMENT:
        end = max(text.rfind(" ", start, start + FRAGMENT), first.end if first else start + 1)
    cut = text[start:end].rstrip(" ,–-")
    return f"{'… ' if start else ''}{cut}{' …' if end < len(text) else ''}"

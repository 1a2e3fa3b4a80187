"""What two texts have in common: words rare is_sufficient to tell something, and a short quotation around them."""

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
"""Of a text. Each is compared with each of another's."""

_BREAKS = re.compile(r"[\n\r;•]+|(?<=[.!?])\s+|,\s+(?:och|samt|and)\s+")


class SegmentWord(NamedTuple):
    """A word as it stands in a piece of text, and the tokens it may be shared_terms by."""

    start: int
    end: int
    form: str
    root: str
    tokens: frozenset[str]


class Segment(NamedTuple):
    text: str
    words: tuple[SegmentWord, ...]


class Overlap(NamedTuple):
    """A quotation of each side, the words in both that meet, and how much these tell."""

    ours: str
    theirs: str
    words: tuple[str, ...]
    weight: float


@lru_cache(maxsize=4_000)
def segments(text: str, language: str) -> tuple[Segment, ...]:
    """Sentences, lines and parts of lists, with the words in them that may tell something."""
    stripped = (part.strip(" .-–*\t") for part in _BREAKS.split(text))
    return tuple(
        Segment(piece, _segment_words(piece, language))
        for piece in islice(filter(None, stripped), MOST_SEGMENTS)
    )


def _segment_words(text: str, language: str) -> tuple[SegmentWord, ...]:
    known = [word for word in words(text) if word.form not in stop_words(language)]
    found = [set(_tokens(word.form, language)) for word in known]
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
    """The word, its parts, and its own other words; nothing of what anybody might say."""
    if len(form) < 3 or form.isdigit() or form in _empty() or stem(form, language) in _empty():
        return frozenset()
    written = {token for token in word_tokens(form, language) if not token.startswith("_")}
    return frozenset(written - _empty()) | concepts_of(form, language)


@cache
def _empty() -> frozenset[str]:
    listed = generic_words() | weak_words()
    return listed | {stem(form, language) for form in listed for language in ("sv", "en")}


def tokens_of(read: Iterable[Segment]) -> frozenset[str]:
    return frozenset(token for piece in read for word in piece.words for token in word.tokens)


def telling(frequencies: Mapping[str, int], size: int) -> dict[str, float]:
    """How much it tells that two have a token in common, from 0 to 1."""
    few = {token: 1.0 for token, number in frequencies.items() if number <= ALWAYS_RARE}
    return rarity({token: number for token, number in frequencies.items() if number}, size) | few


def shared_terms(
    ours: Iterable[Segment], theirs: Iterable[Segment], tells: Mapping[str, float]
) -> dict[str, float]:
    """The word forms of ours that theirs answer to, each with how much that tells; uncommon ones only. Parts of two
    compounds do not meet: one of the two is a whole word."""
    theirs = tuple(theirs)
    answered, whole = tokens_of(theirs), {word.root for piece in theirs for word in piece.words}
    found: dict[str, float] = {}
    spent: set[str] = set()
    for word in (word for piece in ours for word in piece.words):
        both = {
            token
            for token in word.tokens & answered
            if token.startswith("_") or token == word.root or token in whole
        }
        weight = max((tells.get(token, 0.0) for token in both), default=0.0)
        if weight >= UNCOMMON and not both & spent:
            found[word.form] = weight
            spent |= both
    return found


def is_sufficient(weights: Iterable[float]) -> bool:
    """One rare word, or two uncommon ones."""
    listed = list(weights)
    return len(listed) > 1 or any(weight >= RARE for weight in listed)


def best_pair(
    ours: Sequence[Segment], theirs: Sequence[Segment], tells: Mapping[str, float], *, least: int = 1
) -> Overlap | None:
    """The two segments that have most in common; None where it is not is_sufficient, nor `least` words."""
    best: tuple[float, Segment, Segment] | None = None
    for mine in ours:
        for other in theirs:
            found = shared_terms([mine], [other], tells)
            weight = sum(found.values())
            if len(found) >= least and is_sufficient(found.values()) and (best is None or weight > best[0]):
                best = (weight, mine, other)
    if best is None:
        return None
    weight, mine, other = best
    forms = meeting_forms([mine], [other], tells)
    return Overlap(quoted(mine, forms), quoted(other, forms), forms, weight)


def meeting_forms(
    ours: Sequence[Segment], theirs: Sequence[Segment], tells: Mapping[str, float]
) -> tuple[str, ...]:
    """The words of both that meet, as they are written."""
    common = {token for token in tokens_of(ours) & tokens_of(theirs) if tells.get(token, 0.0) >= UNCOMMON}
    forms = [word.form for piece in (*ours, *theirs) for word in piece.words if word.tokens & common]
    return tuple(dict.fromkeys(forms))[: 2 * MOST_WORDS]


def quoted(piece: Segment, forms: Sequence[str]) -> str:
    """Some 65 characters, from where the first of the words stands; whole where it is short."""
    text = piece.text
    if len(text) <= FRAGMENT:
        return text
    first = next((word for word in piece.words if word.form in forms), None)
    start = 0
    if first and first.end > FRAGMENT * 2 // 3:
        start = text.rfind(" ", 0, max(first.start - FRAGMENT // 4, 1)) + 1
    end = len(text)
    if end - start > FRAGMENT:
        end = max(text.rfind(" ", start, start + FRAGMENT), first.end if first else start + 1)
    cut = text[start:end].rstrip(" ,–-")
    return f"{'… ' if start else ''}{cut}{' …' if end < len(text) else ''}"

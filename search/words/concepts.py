"""Concepts: one meaning of several words, in both languages. `concepts.txt` is the list.

A line is "Swedish words | English words", with commas between terms. A concept's name is its first English term.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from search.words.tokens import lines, stem, stop_words, words


class Concept(NamedTuple):
    """`name` is also the concept's token in an index. It begins with "_", unlike words."""

    name: str
    terms: dict[str, tuple[str, ...]]


@cache
def concepts() -> tuple[Concept, ...]:
    listed = []
    for line in lines("concepts.txt"):
        swedish, _, english = line.partition("|")
        terms = {
            language: tuple(term for part in side.split(",") if (term := " ".join(part.lower().split())))
            for language, side in (("sv", swedish), ("en", english))
        }
        listed.append(Concept("_" + re.sub(r"\W+", "_", terms["en"][0]), terms))
    return tuple(listed)


def stems_of(term: str, language: str) -> tuple[str, ...]:
    """The stems of a term, without stop words unless it has nothing else."""
    forms = [word.form for word in words(term)]
    significant = [form for form in forms if form not in stop_words(language)] or forms
    return tuple(stem(form, language) for form in significant)


@cache
def _sequences(language: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """First stem → (whole sequence of stems, concept), for all terms of the language."""
    found: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    for concept in concepts():
        for term in concept.terms[language]:
            sequence = stems_of(term, language)
            found[sequence[0]].add((sequence, concept.name))
    return {first: tuple(sorted(sequences)) for first, sequences in found.items()}


def concepts_in(stems: Sequence[str], language: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first, last + 1, concept) for each concept in a sequence of stems without stop words."""
    sequences = _sequences(language)
    for position, first in enumerate(stems):
        for sequence, name in sequences.get(first, ()):
            end = position + len(sequence)
            if len(sequence) == 1 or tuple(stems[position:end]) == sequence:
                yield position, end, name


@lru_cache(maxsize=100_000)
def concepts_of(form: str, language: str) -> frozenset[str]:
    """The concepts of a single word."""
    return frozenset(name for _, _, name in concepts_in((stem(form, language),), language))

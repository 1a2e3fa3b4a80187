"""Finds the significant words and codes of a record: those that not all records have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import log

from core.records import SearchRecord
from search.words import Term, concepts_of, fold, parts, stem, stop_words, weak_words, words

MOST = 16
READ = 2_000
OFTEN = 3
COMMON = 0.25

Weighted = Iterable[tuple[str, str, float]]
"""(language, text, weight)"""


def weighted_texts(record: SearchRecord) -> Weighted:
    for language, text in record.texts.items():
        yield language, text.title, 4.0
        yield language, text.summary, 2.0
        yield language, text.body[:READ], 1.0


def significant(
    weighted: Weighted,
    frequencies: Callable[[Collection[str]], Mapping[str, int]],
    size: int,
    most: int = MOST,
) -> tuple[Term, ...]:
    """Return the terms of these texts that are rare among `size` rows.

    A term's weight depends on its fields and on how often it stands there. Words that no other row has, and words that
    more than a quarter of all rows have, are left out.
    """
    terms: dict[str, Term] = {}
    weights: dict[str, float] = {}
    for language, text, weight in weighted:
        stops = stop_words(language) | weak_words()
        seen: dict[str, int] = {}
        for form in (word.form for word in words(text)):
            if len(form) < 3 or form.isdigit() or form in stops:
                continue
            root = stem(form, language)
            seen[root] = seen.get(root, 0) + 1
            if seen[root] <= OFTEN:
                weights[root] = weights.get(root, 0.0) + weight / seen[root]
            if root not in terms:
                terms[root] = _term(form, root, language)
    found = frequencies({token for term in terms.values() for token in term.tokens})
    value: dict[str, float] = {}
    for root, term in terms.items():
        often = max((found.get(token, 0) for token in term.tokens), default=0)
        if 1 < often <= max(COMMON * size, 5):
            value[root] = weights[root] * log(1 + size / often)
    chosen = sorted(value, key=lambda root: (-value[root], root))[:most]
    return tuple(
        Term(
            terms[root].word, terms[root].exact, terms[root].loose, terms[root].concepts, weight=weights[root]
        )
        for root in chosen
    )


def importance(terms: Sequence[Term], frequencies: Mapping[str, int], size: int) -> list[float]:
    """The importance of each term of a query among `size` rows: higher for rarer terms, 0 when no row has it."""
    often = [max((frequencies.get(token, 0) for token in term.tokens), default=0) for term in terms]
    return [term.weight * log(1 + size / n) if n else 0.0 for term, n in zip(terms, often, strict=True)]


def rarity(counts: Mapping[str, int], size: int) -> dict[str, float]:
    """Code → how rare it is, from its number among `size` records: 1 for the rarest, 0 for a code that all have."""
    return {code: log(size / number) / log(size) if size > 1 else 0.0 for code, number in counts.items()}


def _term(form: str, root: str, language: str) -> Term:
    split = tuple(part for part in parts(form) if len(part) > 3) if language == "sv" else ()
    loose = {stem(part, "sv") for part in split}
    named = {name for one in (form, *split) for name in concepts_of(one, language)}
    return Term(form, frozenset({root}), frozenset(loose | {fold(root)}) - {root}, frozenset(named))

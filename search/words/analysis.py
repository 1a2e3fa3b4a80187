"""Turns a text into the tokens of an index, and a query into terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from search.words.compounds import parts
from search.words.concepts import concepts_in, concepts_of
from search.words.tokens import fold, stem, stop_words, weak_words, words

MOST_TERMS = 24
LEAST_PART = LEAST_FOLDED = 4
OTHER = {"sv": "en", "en": "sv"}

# Stop words of one language that have a meaning in the other.
MEANINGFUL = frozenset(
    [
        "man",
        "men",
        "all",
        "under",
        "mot",
        "is",
        "ta",
        "art",
        "fast",
        "era",
        "dig",
        "after",
        "own",
        "very",
        "here",
        "more",
    ]
)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query. A record has it through any of its tokens: best `exact` (the word's own stem), then
    `loose` (without accents, or a part of a compound), then `concepts` (another word for it)."""

    word: str
    exact: frozenset[str]
    loose: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    """The concepts that the whole word means, not only a part of it."""
    weight: float = 1.0

    @property
    def tokens(self) -> frozenset[str]:
        return self.exact | self.loose | self.concepts


def _compound(form: str, language: str) -> tuple[str, ...]:
    """The parts of a compound that have a meaning on their own."""
    return tuple(part for part in parts(form) if len(part) >= LEAST_PART) if language == "sv" else ()


def _folded(forms: Iterable[str]) -> frozenset[str]:
    """The forms without accents. Short words are left out, since they would become others ("vår" is not "var")."""
    return frozenset(folded for form in forms if len(folded := fold(form)) >= LEAST_FOLDED)


@lru_cache(maxsize=100_000)
def name_tokens(form: str, language: str) -> frozenset[str]:
    """The tokens of a word in a name: without the parts of compounds and without concepts."""
    root = stem(form, language)
    return frozenset({root}) | _folded([root])


@lru_cache(maxsize=100_000)
def word_tokens(form: str, language: str) -> frozenset[str]:
    """All tokens of one word, except concepts of several words."""
    forms = (form, *_compound(form, language))
    stems = frozenset(stem(one, language) for one in forms)
    named = frozenset(name for one in forms for name in concepts_of(one, language))
    return stems | _folded(stems) | named


@lru_cache(maxsize=100_000)
def _ordered(form: str, language: str) -> tuple[str, ...]:
    return tuple(sorted(word_tokens(form, language)))


def index_tokens(text: str, language: str) -> Iterator[str]:
    """The tokens of a text in order: for each word its stem, its folding, its compound parts and its concepts."""
    stops = stop_words(language)
    stems = []
    for word in words(text):
        if word.form not in stops:
            stems.append(stem(word.form, language))
            yield from _ordered(word.form, language)
    for start, end, name in concepts_in(stems, language):
        if end - start > 1:
            yield name


def index_names(text: str, language: str) -> Iterator[str]:
    """The tokens of names, in order."""
    for word in words(text):
        yield from sorted(name_tokens(word.form, language))


def query_terms(text: str, language: str, most: int = MOST_TERMS) -> tuple[Term, ...]:
    """Return the terms of a query, without stop words unless it has nothing else.

    Each word is read in `language` first and then in the other, since readers type both. A compound also asks for its
    parts.
    """
    other = OTHER[language]
    stops = (stop_words(language) | stop_words(other)) - (MEANINGFUL - stop_words(language))
    forms = list(dict.fromkeys(word.form for word in words(text)))
    significant = [form for form in forms if form not in stops] or forms
    strong = [form for form in significant if form not in weak_words()] or significant
    terms = [term for form in strong for term in _terms_of(form, language)]
    for read_in in (language, other):
        for start, end, name in concepts_in([stem(form, read_in) for form in significant], read_in):
            if end - start > 1:
                phrase = set(significant[start:end])
                terms = [
                    replace(term, concepts=term.concepts | {name}, named=term.named | {name})
                    if term.word in phrase
                    else term
                    for term in terms
                ]
    return tuple(terms[:most])


def _terms_of(form: str, language: str) -> Iterator[Term]:
    other = OTHER[language]
    known = concepts_of(form, language)
    exact = frozenset({stem(form, language)} if known else {stem(form, language), stem(form, other)})
    named = known or concepts_of(form, other)
    swedish = language == "sv" or not form.isascii()
    split = parts(form) if swedish else ()
    folded = _folded(exact) - exact
    if not split:
        yield Term(form, exact, folded, named, named)
        return
    for part in split:
        written = {stem(part, "sv")} if len(part) >= LEAST_PART and not known else set()
        yield Term(
            form,
            exact,
            folded | written | _folded(written),
            named | concepts_of(part, "sv"),
            named,
            weight=0.75,
        )

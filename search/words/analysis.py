"""From text to the tokens an index holds, and from a query to the terms it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from search.words.compounds import parts
from search.words.concepts import concepts_in, concepts_of
from search.words.tokens import fold, stem, stop_words, weak_words, words

MOST_TERMS = 24
TELLING_PART = LEAST_FOLDED = 4
OTHER = {"sv": "en", "en": "sv"}

# Stop words of one language that mean something in the other.
TELLING = frozenset(
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
    """One thing asked for. A record has it through any of its tokens: best `exact` (the word's own stem), then
    `loose` (written without accents, or as a part of a compound), then `concepts` (another word for it)."""

    word: str
    exact: frozenset[str]
    loose: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    """Those of the concepts that the whole word means, and not only a part of it."""
    weight: float = 1.0

    @property
    def tokens(self) -> frozenset[str]:
        return self.exact | self.loose | self.concepts


def _compound(form: str, language: str) -> tuple[str, ...]:
    """The parts of a compound that tell something on their own."""
    return tuple(part for part in parts(form) if len(part) >= TELLING_PART) if language == "sv" else ()


def _folded(forms: Iterable[str]) -> frozenset[str]:
    """Without accents; not short words, which become other words ("vår" is no "var")."""
    return frozenset(folded for form in forms if len(folded := fold(form)) >= LEAST_FOLDED)


@lru_cache(maxsize=100_000)
def name_tokens(form: str, language: str) -> frozenset[str]:
    """The tokens of a word in a name: neither its parts nor what it might mean."""
    root = stem(form, language)
    return frozenset({root}) | _folded([root])


@lru_cache(maxsize=100_000)
def word_tokens(form: str, language: str) -> frozenset[str]:
    """All tokens one word is found by, but those of concepts of several words."""
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
    """Return the terms of a query, without stop words unless there is nothing else. Each word is read in `language`
    first and in the other too, for people type both; a compound asks for each of its parts."""
    other = OTHER[language]
    stops = (stop_words(language) | stop_words(other)) - (TELLING - stop_words(language))
    forms = list(dict.fromkeys(word.form for word in words(text)))
    telling = [form for form in forms if form not in stops] or forms
    strong = [form for form in telling if form not in weak_words()] or telling
    terms = [term for form in strong for term in _terms_of(form, language)]
    for read_in in (language, other):
        for start, end, name in concepts_in([stem(form, read_in) for form in telling], read_in):
            if end - start > 1:
                phrase = set(telling[start:end])
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
        written = {stem(part, "sv")} if len(part) >= TELLING_PART and not known else set()
        yield Term(
            form,
            exact,
            folded | written | _folded(written),
            named | concepts_of(part, "sv"),
            named,
            weight=0.75,
        )

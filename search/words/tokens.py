"""Words of a text, their stems and foldings."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import snowballstemmer

from core.text import normalized, without_invisible

SNOWBALL = {"sv": "swedish", "en": "english"}
LONGEST = 60

# A soft hyphen, a zero-width character or a combining mark does not end a word.
_WITHIN = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = re.compile(rf"(?:[^\W_][{_WITHIN}]*)+(?:['’´][^\W\d_]+)?")
_GENITIVE = re.compile(r"['’´].*$")
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "ß": "ss", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i"})
_local = threading.local()


class Word(NamedTuple):
    """A word of a text: `text[start:end]`, and its form in lower case without a genitive apostrophe."""

    start: int
    end: int
    form: str


def words(text: str) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        written = found.group()
        # The bound keeps the cache small: its keys are text that anyone may have written.
        form = form_of(written) if len(written) <= 2 * LONGEST else form_of.__wrapped__(written)
        if form and len(form) <= LONGEST:
            yield Word(found.start(), found.end(), form)


@lru_cache(maxsize=100_000)
def form_of(written: str) -> str:
    """Return the word in small letters, without invisible signs and without a genitive after an apostrophe."""
    return _GENITIVE.sub("", without_invisible(normalized(written.lower())))


@lru_cache(maxsize=100_000)
def fold(form: str) -> str:
    """Without accents: "växjö" → "vaxjo"."""
    if form.isascii():
        return form
    decomposed = unicodedata.normalize("NFKD", form.translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a word list beside this file, without comments (#) and blank lines."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    stripped = (line.split("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in stripped if line)


@cache
def _irregular(language: str) -> dict[str, str]:
    entries = (line.split() for line in lines(f"irregular-{language}.txt"))
    return {form: root for root, *forms in entries for form in forms}


@lru_cache(maxsize=100_000)
def stem(form: str, language: str) -> str:
    """The Snowball stem, except for the words of `irregular-*.txt`. Two Swedish endings that Snowball keeps are removed
    too: the genitive after å, ä, ö, é (Växjös), and the article of nouns in -a (skolan, skolans)."""
    if known := _irregular(language).get(form):
        return known
    if language == "sv":
        form = form[:-1] if form.endswith(("ås", "äs", "ös", "és", "ans")) else form
        form = form[:-1] if form.endswith("an") and len(form) > 5 else form
    stemmer: Any = getattr(_local, language, None)
    if stemmer is None:
        stemmer = snowballstemmer.stemmer(SNOWBALL[language])
        setattr(_local, language, stemmer)
    return stemmer.stemWord(form)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words without meaning for the subject of a text."""
    return frozenset(word for line in lines(f"stop-{language}.txt") for word in line.split())


@cache
def weak_words() -> frozenset[str]:
    """Words in nearly every record here. They are searched only when the query has no better word."""
    return frozenset(word for line in lines("weak.txt") for word in line.split())


@cache
def generic_words() -> frozenset[str]:
    """Words that do not show what two texts have in common."""
    return frozenset(word for line in lines("generic.txt") for word in line.split())

"""Splits Swedish compounds into words of a lexicon, which contains words of this site's subjects.

The lexicon is all single Swedish words of `concepts.txt` and those of `compounds.txt`. A line of the latter is a word
and its forms as the first part of a compound ("skola skol"), or "!word" for a word that is never split.
"""

from __future__ import annotations

from functools import cache, lru_cache

from search.words.concepts import concepts
from search.words.tokens import lines, stem

SHORTEST = 3
MOST_PARTS = 4


def _joining(word: str) -> set[str]:
    """The forms that a word usually has before another: "hälsa" → hälsa, hälsas, häls, hälso, hälsu, hälse."""
    forms = {word, word + "s"}
    if word.endswith(("a", "e")) and len(word) > 4:
        forms |= {word[:-1] + ending for ending in ("", "o", "u", "e")}
    return {form for form in forms if len(form) >= SHORTEST}


@cache
def lexicon() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """(form before another word → word, stem as last word → word, words that are never split)."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    whole: set[str] = set()
    entries = [line.split() for line in lines("compounds.txt")]
    for term in (term for concept in concepts() for term in concept.terms["sv"]):
        if " " not in term and "-" not in term and len(term) > SHORTEST:
            entries.append([term])
    for word, *forms in entries:
        if word.startswith("!"):
            whole.add(word[1:])
            continue
        last.setdefault(stem(word, "sv"), word)
        for form in {*forms, *_joining(word)}:
            first.setdefault(form, word)
    return first, last, frozenset(whole)


@lru_cache(maxsize=50_000)
def parts(form: str) -> tuple[str, ...]:
    """The words of a compound, or () where it is not a known one: "bygglovsansökan" → bygglov, ansökan. Of several
    ways to split it, the one with the fewest parts is used."""
    if len(form) < 2 * SHORTEST or form in lexicon()[2]:
        return ()
    found = _split(form, MOST_PARTS, inside=False)
    return found if found and len(found) > 1 else ()


def _split(form: str, most: int, *, inside: bool) -> tuple[str, ...] | None:
    first, last, _ = lexicon()
    if inside and len(form) >= SHORTEST and (word := last.get(stem(form, "sv"))):
        return (word,)
    if most == 1:
        return None
    best: tuple[str, ...] | None = None
    for cut in range(len(form) - SHORTEST, 1, -1):
        if word := first.get(form[:cut]):
            rest = _split(form[cut:], most - 1, inside=True)
            if rest and (best is None or len(rest) + 1 < len(best)):
                best = (word, *rest)
    return best

"""Marks matched words with <mark> and escapes all other text. The same for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.records import SearchRecord, Text
from search.results import Hit
from search.sources import kinds_that
from search.words import Term, concepts_in, concepts_of, name_tokens, stem, stop_words, word_tokens, words

EXCERPT = 260
SEARCHED = 6_000


def matches(
    text: str, terms: Sequence[Term], language: str, *, names: bool = False
) -> list[tuple[int, int, frozenset[str]]]:
    """Return (start, end, tokens matched) of each word of the text that any of the terms asks for.

    A word matches as it is written or by a part of a compound; by a concept only as a whole. In `names`, compounds and
    concepts do not count.
    """
    written = frozenset[str]().union(*(term.exact | term.loose for term in terms))
    wanted = written.union(*(term.named for term in terms))
    stops = stop_words(language)
    significant = [word for word in words(text) if word.form not in stops]
    found = [
        (name_tokens(word.form, language) & wanted)
        if names
        else (word_tokens(word.form, language) & written) | (concepts_of(word.form, language) & wanted)
        for word in significant
    ]
    if not names and any(token.startswith("_") for token in wanted):
        for first, last, name in concepts_in([stem(word.form, language) for word in significant], language):
            if last - first > 1 and name in wanted:
                found[first:last] = [tokens | {name} for tokens in found[first:last]]
    return [(word.start, word.end, tokens) for word, tokens in zip(significant, found, strict=True) if tokens]


def emphasised(text: str, forms: Collection[str], most: int = 6) -> SafeString:
    """The text with the first of these words in strong."""
    spans = [(word.start, word.end) for word in words(text) if word.form in forms]
    return _marked(text, spans[:most], "strong")


def _marked(text: str, spans: Iterable[tuple[int, int]], tag: str = "mark") -> SafeString:
    segments, position = [], 0
    for start, end in spans:
        segments += [
            conditional_escape(text[position:start]),
            format_html("<{0}>{1}</{0}>", tag, text[start:end]),
        ]
        position = end
    segments.append(conditional_escape(text[position:]))
    return mark_safe("".join(segments))  # noqa: S308


def marked(text: str, terms: Sequence[Term], language: str, *, names: bool = False) -> SafeString:
    """The whole text with its matches marked."""
    return _marked(text, ((start, end) for start, end, _ in matches(text, terms, language, names=names)))


def excerpt(text: Text, terms: Sequence[Term], language: str, length: int = EXCERPT) -> SafeString:
    """About `length` characters of summary or body, from where most of the terms stand, with matches marked."""
    opening = text.summary.rstrip(" .…")
    is_repeated = opening and text.body.startswith(opening)
    whole = " ".join((text.body if is_repeated else f"{text.summary} {text.body}")[:SEARCHED].split())
    found = matches(whole, terms, language)
    if not found or found[0][0] < length // 2 or len(whole) <= length:
        return _window(whole, 0, length, found)
    return _window(whole, max(0, found[_best(found, length)][0] - length // 5), length, found)


def hit_of(record: SearchRecord, score: float, terms: Sequence[Term], language: str) -> Hit:
    shown = record.shown_in(language)
    text = record.texts[shown]
    title = marked(text.title, terms, shown, names=record.kind in kinds_that("is_name"))
    return Hit(record, shown, score, title, excerpt(text, terms, shown))


def _best(found: Sequence[tuple[int, int, frozenset[str]]], length: int) -> int:
    """The index of the first match after which most different tokens stand within `length`."""
    held, last, best, most = Counter[str](), 0, 0, 0
    for first, (begins, _, tokens) in enumerate(found):
        while last < len(found) and found[last][0] < begins + length * 4 // 5:
            held.update(found[last][2])
            last += 1
        if len(held) > most:
            best, most = first, len(held)
        held.subtract(tokens)
        for token in tokens:
            if not held[token]:
                del held[token]
    return best


def _window(
    whole: str, start: int, length: int, found: Sequence[tuple[int, int, frozenset[str]]]
) -> SafeString:
    if start:
        start = whole.find(" ", start) + 1
    end = (
        len(whole)
        if len(whole) - start <= length
        else max(whole.rfind(" ", start, start + length), start + 1)
    )
    inside = [(first - start, last - start) for first, last, _ in found if start <= first and last <= end]
    shown = _marked(whole[start:end], inside)
    return format_html("{}{}{}", "… " if start else "", shown, " …" if end < len(whole) else "")

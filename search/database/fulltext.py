"""The full-text table of the embedded backend: SQLite with FTS5, PostgreSQL with tsvectors.

How it works. The table stores tokens of `search.words`, not text. There is one row for each language of an entry, with
the tokens of each field. A row's number is the entry's id times four plus the number of its language, so `row >> 2` is
the entry.

`find` turns each term of a query into up to three groups of tokens (`_Group`): the word itself, its looser forms, and
its concepts. One statement selects the rows of all groups. In a row, the best group of each term counts, and the scores
of all terms are added. A score is the weight of the field times the rarity of the word; SQLite adds a little of bm25 to
decide between equals, and PostgreSQL uses ts_rank for the fields. An entry has the score of its best row.

Both databases get only our own tokens, quoted: typed text never becomes query syntax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, NamedTuple, Protocol

from django.db import connection

from core.records import LANGUAGES, SearchRecord
from search.significance import importance
from search.sources import kinds_that
from search.words import Term, index_names, index_tokens

FIELDS = ("title", "summary", "keywords", "offers", "seeks", "body")
LOOSE, CONCEPT = 0.8, 0.8
# The field of a word says more than its frequency in the row: records are short, and their lengths differ much.
BM25 = 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of a word in each field; 0 leaves the field out."""

    title: float = 5.0
    summary: float = 2.0
    keywords: float = 0.6
    offers: float = 1.0
    seeks: float = 1.0
    body: float = 1.0

    def of(self, name: str) -> float:
        return float(getattr(self, name))

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(name for name in FIELDS if self.of(name))

    def tiers(self) -> list[tuple[float, list[str]]]:
        """(weight, the fields of that weight)."""
        tiers: dict[float, list[str]] = {}
        for name in self.fields:
            tiers.setdefault(self.of(name), []).append(name)
        return list(tiers.items())


ALL = Weights()


class Found(NamedTuple):
    """An entry, by its best row for a query.

    `cover` is the share of the query that the row contains, from 0 to 1, with rare terms weighing more. `literal`: the
    row contains every word itself, and none only by a compound part or a concept.
    """

    entry: int
    score: float
    cover: float
    literal: bool


class FullText(Protocol):
    def write(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Add rows of (number, one string of tokens for each of FIELDS)."""

    def delete(self, entries: Collection[int]) -> None: ...

    def find(self, terms: Sequence[Term], weights: Weights = ALL) -> list[Found]:
        """Return every entry with any of the terms, in no order."""

    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        """Token → number of rows that contain it. Tokens without rows are left out."""

    def begins(self, terms: Sequence[Term], beginning: str, limit: int) -> list[int]:
        """Return entries whose title has all the terms and a word with that beginning, best first."""

    def size(self) -> int:
        """Number of rows."""


def rows_of(entry: int, record: SearchRecord) -> Iterable[tuple[int, Sequence[str]]]:
    """Yield the rows of a record: (number, tokens of each field). Keywords of all languages are in every row."""
    for number, language in enumerate(LANGUAGES):
        text = record.texts.get(language)
        if text is None:
            continue
        keywords = [
            " ".join(index_tokens(" . ".join(words), known)) for known, words in record.keywords.items()
        ]
        names = index_names(f"{record.organisation_name} {record.record_id}", language)
        tokens = {
            name: " ".join(_analyser(record, name)(getattr(text, name), language))
            for name in FIELDS
            if name != "keywords"
        }
        tokens["keywords"] = " ".join([*keywords, *names])
        yield entry * 4 + number, [tokens[name] for name in FIELDS]


def _analyser(record: SearchRecord, field: str) -> Callable[[str, str], Iterable[str]]:
    return index_names if field == "title" and record.kind in kinds_that("is_name") else index_tokens


class _Group(NamedTuple):
    """Tokens of the term number `term` that have the same weight."""

    term: int
    weight: float
    tokens: tuple[str, ...]
    literal: bool


def _groups(terms: Sequence[Term]) -> list[_Group]:
    """Return the groups of tokens of all terms: the word itself, its looser forms, and its concepts."""
    return [
        _Group(number, term.weight * factor, tuple(sorted(tokens)), tokens is term.exact)
        for number, term in enumerate(terms)
        for tokens, factor in (
            (term.exact, 1.0),
            (term.loose - term.exact, LOOSE),
            (term.concepts, CONCEPT),
        )
        if tokens
    ]


def _best(rows: Iterable[tuple[int, float, float, int]], shares: Sequence[float]) -> list[Found]:
    """Return the entries, each by its best row. Rows are (number, score, importance of the terms in the row, number of
    terms that the row contains literally)."""
    whole = sum(shares)
    best: dict[int, Found] = {}
    for row, score, held, literal in rows:
        entry = row >> 2
        found = Found(entry, score, held / whole, literal == len(shares))
        if entry not in best or best[entry].score < score:
            best[entry] = found
    return list(best.values())


def _held(shares: Sequence[float]) -> str:
    """Return SQL for the importance of the term number `term`."""
    cases = " ".join(f"WHEN {number} THEN {value:.4f}" for number, value in enumerate(shares))
    return f"CASE term {cases} END"


class SqliteFullText:
    """The FTS5 table `search_words`, and `search_vocabulary`, which counts its tokens."""

    def write(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        marks = ", ".join(["%s"] * len(FIELDS))
        statement = f"INSERT INTO search_words (rowid, {', '.join(FIELDS)}) VALUES (%s, {marks})"
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(row, *tokens) for row, tokens in rows])

    def delete(self, entries: Collection[int]) -> None:
        numbers = [(entry * 4 + number,) for entry in entries for number in range(len(LANGUAGES))]
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_words WHERE rowid = %s", numbers)

    def find(self, terms: Sequence[Term], weights: Weights = ALL) -> list[Found]:
        tokens = frozenset[str]().union(*(term.tokens for term in terms))
        frequencies, size = self.frequencies(tokens), self.size()
        shares = importance(terms, frequencies, size)
        if not any(shares):
            return []
        selects, matches = [], []
        for group in _groups(terms):
            if often := max(frequencies.get(token, 0) for token in group.tokens):
                rare = log(1 + size / often)
                for weight, fields in weights.tiers():
                    selects.append(
                        f"SELECT rowid, {group.term} AS term, {int(group.literal)} AS literal, "
                        f"{group.weight * weight * rare:.4f} "
                        f"- {group.weight * BM25:.4f} * bm25(search_words) AS score "
                        "FROM search_words WHERE search_words MATCH %s"
                    )
                    matches.append(_match(group.tokens, fields))
        with connection.cursor() as cursor:
            # `every`: one row for each group and weight of fields that matches. It is materialised, since bm25() works
            # only in the query with its MATCH. `best`: the best group of each term in a row. The outer query adds the
            # terms of a row: score, importance of the terms it contains, and number of literal ones.
            cursor.execute(
                f"WITH every AS MATERIALIZED ({' UNION ALL '.join(selects)}), "
                "best AS (SELECT rowid AS number, term, MAX(score) AS score, MAX(literal) AS literal "
                "FROM every GROUP BY 1, 2) "
                f"SELECT number, SUM(score), SUM({_held(shares)}), SUM(literal) FROM best GROUP BY number",
                matches,
            )
            return _best(cursor.fetchall(), shares)

    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        marks = ", ".join(["%s"] * len(tokens)) or "NULL"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT term, doc FROM search_vocabulary WHERE term IN ({marks})", list(tokens))
            return dict(cursor.fetchall())

    def begins(self, terms: Sequence[Term], beginning: str, limit: int) -> list[int]:
        wanted = [f"({' OR '.join(map(_quoted, sorted(term.tokens)))})" for term in terms]
        match = "title : (" + " AND ".join([*wanted, f"{_quoted(beginning)} *"]) + ")"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM search_words WHERE search_words MATCH %s ORDER BY rank LIMIT %s",
                [match, limit * 2],
            )
            return list(dict.fromkeys(row >> 2 for (row,) in cursor.fetchall()))[:limit]

    def size(self) -> int:
        return _number("SELECT COUNT(*) FROM search_words_docsize")


def _quoted(token: str) -> str:
    return '"' + token.replace('"', "") + '"'


def _match(tokens: Iterable[str], fields: Sequence[str]) -> str:
    return f"{{{' '.join(fields)}}} : ({' OR '.join(map(_quoted, tokens))})"


class PostgresFullText:
    """The table `search_words` with three tsvectors: `words` of all fields, and `offers` and `seeks` of one field each.

    The labels of `words` are A title, B summary, C keywords, offers and seeks, D body.
    """

    LETTERS = {"title": "A", "summary": "B", "keywords": "C", "offers": "C", "seeks": "C", "body": "D"}

    def write(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        values = []
        for row, texts in rows:
            fields = dict(zip(FIELDS, texts, strict=True))
            words = _vector([(text, self.LETTERS[name]) for name, text in fields.items()])
            values.append((row, words, _vector([(fields["offers"], "A")]), _vector([(fields["seeks"], "A")])))
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_words (number, words, offers, seeks) "
                "VALUES (%s, %s::tsvector, %s::tsvector, %s::tsvector)",
                values,
            )

    def delete(self, entries: Collection[int]) -> None:
        numbers = [entry * 4 + number for entry in entries for number in range(len(LANGUAGES))]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_words WHERE number = ANY(%s)", [numbers])

    def find(self, terms: Sequence[Term], weights: Weights = ALL) -> list[Found]:
        tokens = frozenset[str]().union(*(term.tokens for term in terms))
        shares = importance(terms, self.frequencies(tokens), self.size())
        if not any(shares):
            return []
        column, letters, scale = self._column(weights)
        groups = _groups(terms)
        selects = " UNION ALL ".join(
            f"SELECT number, {group.term} AS term, {int(group.literal)} AS literal, "
            f"{group.weight:.4f} * ts_rank(%s::float4[], {column}, %s::tsquery, 1) "
            f"* ln(1 + (SELECT n FROM size) / COUNT(*) OVER ()) AS score "
            f"FROM search_words WHERE {column} @@ %s::tsquery"
            for group in groups
        )
        params: list[Any] = []
        for group in groups:
            query = " | ".join(_lexeme(token) + letters for token in group.tokens)
            params += [scale, query, query]
        # As on SQLite: a row for each group that matches, then the best group of each term, then the sum of the terms.
        # `COUNT(*) OVER ()` is the number of rows of the group, so the logarithm is the rarity of its tokens.
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH size AS MATERIALIZED (SELECT COUNT(*)::float AS n FROM search_words) "
                f"SELECT number, SUM(score), SUM({_held(shares)}), SUM(literal) FROM "
                f"(SELECT number, term, MAX(score) AS score, MAX(literal) AS literal "
                f"FROM ({selects}) AS every GROUP BY number, term) AS best "
                "GROUP BY number",
                params,
            )
            return _best(
                [
                    (row, float(score), float(held), literal)
                    for row, score, held, literal in cursor.fetchall()
                ],
                shares,
            )

    def _column(self, weights: Weights) -> tuple[str, str, list[float]]:
        """Return the tsvector with the fields, their labels for a tsquery (":AB"), and the weights of D, C, B, A."""
        if len(weights.fields) == 1 and weights.fields[0] in ("offers", "seeks"):
            return weights.fields[0], "", [1.0, 1.0, 1.0, 1.0]
        by_letter = {self.LETTERS[name]: weights.of(name) for name in weights.fields}
        letters = "" if len(by_letter) == 4 else ":" + "".join(sorted(by_letter))
        most = max(by_letter.values())
        return "words", letters, [by_letter.get(letter, 0.0) / most for letter in "DCBA"]

    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT token, (SELECT COUNT(*) FROM (SELECT 1 FROM search_words WHERE words @@ query::tsquery "
                "LIMIT 5000) AS held) FROM unnest(%s::text[], %s::text[]) AS asked(token, query)",
                [list(tokens), [_lexeme(token) for token in tokens]],
            )
            return {token: number for token, number in cursor.fetchall() if number}

    def begins(self, terms: Sequence[Term], beginning: str, limit: int) -> list[int]:
        wanted = [f"({' | '.join(_lexeme(token) + ':A' for token in sorted(term.tokens))})" for term in terms]
        query = " & ".join([*wanted, _lexeme(beginning) + ":*A"])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number FROM search_words WHERE words @@ %s::tsquery "
                "ORDER BY ts_rank(words, %s::tsquery, 1) DESC, number LIMIT %s",
                [query, query, limit * 2],
            )
            return list(dict.fromkeys(row >> 2 for (row,) in cursor.fetchall()))[:limit]

    def size(self) -> int:
        return _number("SELECT COUNT(*) FROM search_words")


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "").replace("'", "") + "'"


def _vector(fields: Iterable[tuple[str, str]]) -> str:
    """Return a tsvector as PostgreSQL parses it, with at most 200 positions of a word (it stores 256)."""
    positions: Mapping[str, list[str]] = defaultdict(list)
    place = 0
    for text, letter in fields:
        for token in text.split():
            place = min(place + 1, 16_383)
            if len(positions[token]) < 200:
                positions[token].append(f"{place}{letter}")
    return " ".join(f"{_lexeme(token)}:{','.join(places)}" for token, places in positions.items())


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def fulltext() -> FullText:
    return PostgresFullText() if connection.vendor == "postgresql" else SqliteFullText()

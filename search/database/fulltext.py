"""The full-text table: the tokens of `search.words`, by field, a row for each language of an entry.

Both rank by where a word stands times how rare it is: SQLite with FTS5 (bm25 settles what is equal), PostgreSQL with
`simple` tsvectors and ts_rank. Nothing but our own tokens, quoted, is ever put into a query of theirs. A row's number
is its entry's, times four, plus that of its language, so an entry is found from a row by shifting.
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
# Where a word stands says more here than how often: records are short and of very different lengths.
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
    """An entry, how well its best row answers, the share of what was asked that the row holds (0 to 1), and whether
    it holds every word itself, none by a part or another word."""

    entry: int
    score: float
    cover: float
    literal: bool


class FullText(Protocol):
    def write(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Rows of (number, one string of tokens for each of FIELDS)."""

    def delete(self, entries: Collection[int]) -> None: ...

    def find(self, terms: Sequence[Term], weights: Weights = ALL) -> list[Found]:
        """Every entry with any of the terms."""

    def frequencies(self, tokens: Collection[str]) -> dict[str, int]:
        """In how many rows each token stands; tokens that stand nowhere are left out."""

    def begins(self, terms: Sequence[Term], beginning: str, limit: int) -> list[int]:
        """Entries whose title has all the terms and a word with that beginning, best first."""

    def size(self) -> int:
        """Number of rows."""


def rows_of(entry: int, record: SearchRecord) -> Iterable[tuple[int, Sequence[str]]]:
    """The rows of a record. Words that belong to no language of its own stand in the row of its original."""
    for number, language in enumerate(LANGUAGES):
        text = record.texts.get(language)
        if text is None:
            continue
        keywords = [
            " ".join(index_tokens(" . ".join(words), known)) for known, words in record.keywords.items()
        ]
        names = index_names(f"{record.organisation_name} {record.record_id}", language)
        tokens = {
            name: " ".join(_read(record, name)(getattr(text, name), language))
            for name in FIELDS
            if name != "keywords"
        }
        tokens["keywords"] = " ".join([*keywords, *names])
        yield entry * 4 + number, [tokens[name] for name in FIELDS]


def _read(record: SearchRecord, field: str) -> Callable[[str, str], Iterable[str]]:
    return index_names if field == "title" and record.kind in kinds_that("is_name") else index_tokens


class _Ask(NamedTuple):
    term: int
    weight: float
    tokens: tuple[str, ...]
    literal: bool


def _asks(terms: Sequence[Term]) -> list[_Ask]:
    """A term's tokens by how much they count."""
    return [
        _Ask(number, term.weight * factor, tuple(sorted(tokens)), tokens is term.exact)
        for number, term in enumerate(terms)
        for tokens, factor in (
            (term.exact, 1.0),
            (term.loose - term.exact, LOOSE),
            (term.concepts, CONCEPT),
        )
        if tokens
    ]


def _best(rows: Iterable[tuple[int, float, float, int]], shares: Sequence[float]) -> list[Found]:
    """(row, score, importance of terms held, number of terms held as they are) → entries by their best row."""
    whole = sum(shares)
    best: dict[int, Found] = {}
    for row, score, held, literal in rows:
        entry = row >> 2
        found = Found(entry, score, held / whole, literal == len(shares))
        if entry not in best or best[entry].score < score:
            best[entry] = found
    return list(best.values())


def _held(shares: Sequence[float]) -> str:
    """SQL: the importance of term number `term`."""
    cases = " ".join(f"WHEN {number} THEN {value:.4f}" for number, value in enumerate(shares))
    return f"CASE term {cases} END"


class SqliteFullText:
    """FTS5 table `search_words`, and `search_vocabulary` over it."""

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
        for ask in _asks(terms):
            if often := max(frequencies.get(token, 0) for token in ask.tokens):
                rare = log(1 + size / often)
                for weight, fields in weights.tiers():
                    selects.append(
                        f"SELECT rowid, {ask.term} AS term, {int(ask.literal)} AS literal, "
                        f"{ask.weight * weight * rare:.4f} "
                        f"- {ask.weight * BM25:.4f} * bm25(search_words) AS score "
                        "FROM search_words WHERE search_words MATCH %s"
                    )
                    matches.append(_match(ask.tokens, fields))
        with connection.cursor() as cursor:
            # Materialised, for bm25 can be asked only beside its own MATCH.
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
    """Table `search_words` with three tsvectors: `words` of everything, `offers` and `seeks` of themselves.

    Weights of `words`: A title, B summary, C keywords, offers and seeks, D body.
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
        asks = _asks(terms)
        selects = " UNION ALL ".join(
            f"SELECT number, {ask.term} AS term, {int(ask.literal)} AS literal, "
            f"{ask.weight:.4f} * ts_rank(%s::float4[], {column}, %s::tsquery, 1) "
            f"* ln(1 + (SELECT n FROM size) / COUNT(*) OVER ()) AS score "
            f"FROM search_words WHERE {column} @@ %s::tsquery"
            for ask in asks
        )
        params: list[Any] = []
        for ask in asks:
            query = " | ".join(_lexeme(token) + letters for token in ask.tokens)
            params += [scale, query, query]
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
        """The tsvector that holds the fields, the letters they go by in it, and the weights of D, C, B, A."""
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
    """A tsvector as PostgreSQL reads it, at most 200 positions a word (it keeps 256)."""
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

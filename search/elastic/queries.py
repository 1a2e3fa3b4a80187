"""Builds Elasticsearch queries from requests. Typed text becomes words and phrases, never query syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.aggs import Filter, Global, Terms
from elasticsearch.dsl.function import BoostFactor, Gauss
from elasticsearch.dsl.query import Bool, DisMax, FunctionScore, Ids, MatchNone, MultiMatch, Query

from core.records import LANGUAGES
from search.requests import SearchRequest
from search.sources import BY_DATE, facets, kinds_that, sorts
from search.words import Term

MOST_CODES = 2_000

# The weight of a word in each section, and of a part of a compound or a concept in it.
# A summary has a low weight, since it often repeats the beginning of the body.
SECTIONS = {"title": 4.5, "summary": 0.5, "keywords": 0.8, "offers": 1.2, "seeks": 1.2, "body": 1.5}
LOOSE, CONCEPT = 0.8, 0.8
LEAST_COVER = 0.34
PHRASE = 0.5
RECENT, RECENTLY = 0.03, "730d"
# A name is short, so it scores too high for every word in it.
NAME = 0.6


def written(language: str, sections: Mapping[str, float] = SECTIONS) -> list[str]:
    return [
        f"keywords.{language}^{weight}" if section == "keywords" else f"texts.{language}.{section}^{weight}"
        for section, weight in sections.items()
    ]


def meant(added: str, sections: Mapping[str, float]) -> list[str]:
    return [f"{added}.{section}^{weight}" for section, weight in sections.items()]


def by_words(term: Term, sections: Mapping[str, float] = SECTIONS) -> Query:
    """Records that have the term, by the best variant: itself, a part of a compound, unaccented, or a concept."""
    parts = (" ".join(sorted(term.exact | term.loose)), meant("parts", sections), LOOSE)
    concepts = (" ".join(sorted(term.concepts)), meant("concepts", sections), CONCEPT)
    return _best_of([parts, concepts], term.weight)


def holds(term: Term, sections: Mapping[str, float] = SECTIONS) -> Query:
    """The same, with the highest score for the word itself in either language."""
    itself = [(term.word, written(language, sections), 1.0) for language in LANGUAGES]
    return DisMax(queries=[_best_of(itself, term.weight), by_words(term, sections)])


def _best_of(variants: Iterable[tuple[str, list[str], float]], weight: float) -> Query:
    queries = [
        MultiMatch(query=words, fields=fields, type="most_fields", boost=counts)
        for words, fields, counts in variants
        if words
    ]
    return DisMax(queries=queries, boost=weight)


def answering(
    text: str, terms: Sequence[Term], importance: Sequence[float], sections: Mapping[str, float] = SECTIONS
) -> Query:
    """Records that hold enough of the query's terms. More terms score higher, and the typed phrase higher still."""
    whole = sum(importance)
    asked = [(term, value / whole) for term, value in zip(terms, importance, strict=True) if value]
    held = [BoostFactor(filter=holds_any_token(term), weight=share) for term, share in asked]
    enough = FunctionScore(
        query=Bool(should=[holds_any_token(term) for term, _ in asked]),
        functions=held,
        score_mode="sum",
        boost_mode="replace",
        min_score=LEAST_COVER,
    )
    unknown = [nearly(term.word) for term, value in zip(terms, importance, strict=True) if not value]
    phrases = [
        MultiMatch(query=text, type="phrase", slop=1, fields=written(language, sections), boost=PHRASE)
        for language in LANGUAGES
    ]
    recent = Gauss(dated={"origin": "now", "scale": RECENTLY}, weight=RECENT)
    answer = FunctionScore(
        query=Bool(
            filter=[enough],
            should=[
                *(holds(term, sections) for term, _ in asked),
                *unknown,
                *([DisMax(queries=phrases)] if len(terms) > 1 else []),
            ],
        ),
        functions=[*held, recent],
        score_mode="sum",
        boost_mode="multiply",
    )
    return FunctionScore(
        query=answer,
        functions=[BoostFactor(filter=Q("terms", kind=list(kinds_that("is_name"))), weight=NAME)],
    )


def holds_any_token(term: Term) -> Query:
    """Records with the term, by any of its tokens. No score."""
    return Q("terms", all_tokens=sorted(term.tokens))


def nearly(text: str) -> Query:
    """Records with words of almost the same spelling."""
    fields = [field for language in LANGUAGES for field in written(language)]
    return MultiMatch(
        query=text, fields=fields, fuzziness="AUTO", prefix_length=1, minimum_should_match="60%"
    )


def visible_to(viewer: Iterable[str]) -> Query:
    return Q("terms", audience=sorted(viewer))


def facet_fields() -> dict[str, str]:
    """Facet → the document field with its codes."""
    return {code: facet.field or f"more.{code}" for code, facet in facets().items()}


def narrowed(filters: Mapping[str, Sequence[str]]) -> Query:
    fields = facet_fields()
    return Bool(filter=[Q("terms", **{fields[name]: list(codes)}) for name, codes in filters.items()])


def resembling(terms: Sequence[Term], sections: Mapping[str, float] = SECTIONS) -> Query:
    return Bool(should=[by_words(term, sections) for term in terms]) if terms else MatchNone()


def candidates(query: Query, viewer: Iterable[str], kinds: Sequence[str], size: int) -> Search:
    """The best records of these kinds that the viewer may see."""
    return Search()[:size].query(
        Bool(must=[query], filter=[visible_to(viewer), Q("terms", kind=list(kinds))])
    )


def one(key: str, viewer: Iterable[str]) -> Search:
    return Search()[:1].query(Bool(filter=[Ids(values=[key]), visible_to(viewer)]))


def with_sizes(search: Search, codes: Mapping[str, Sequence[str]]) -> Search:
    """Count, over all records, those with each of these codes."""
    everything, fields = search.aggs.bucket("everything", Global()), facet_fields()
    for name, wanted in codes.items():
        everything.bucket(name, Terms(field=fields[name], include=list(wanted), size=len(wanted)))
    return search


def page_of(request: SearchRequest, query: Query | None) -> Search:
    """One page and all facets. Each facet is counted over the records that the other facets leave."""
    search = Search()[request.offset : request.offset + request.size]
    search = search.query(Bool(must=[query] if query else [], filter=[visible_to(request.viewer)]))
    if request.filters:
        search = search.post_filter(narrowed(request.filters))
    for name, field in facet_fields().items():
        others = {other: codes for other, codes in request.filters.items() if other != name}
        counted = search.aggs.bucket(name, Filter(narrowed(others)))
        counted.bucket("codes", Terms(field=field, size=MOST_CODES))
    chosen = sorts().get(request.sort)
    date = chosen or BY_DATE
    direction = "desc" if date.is_descending else "asc"
    order: list[Any] = [{date.field: {"order": direction, "missing": "_last"}}, {"id": "desc"}]
    if query is not None and not chosen:
        order.insert(0, "_score")
    return search.sort(*order).extra(track_total_hits=True, track_scores=True)


def beginning(text: str, viewer: Iterable[str], size: int) -> Search:
    titles = [f"texts.{language}.title.plain" for language in LANGUAGES]
    typed = MultiMatch(query=text, type="bool_prefix", operator="and", fields=titles)
    return Search()[:size].query(Bool(must=[typed], filter=[visible_to(viewer)]))

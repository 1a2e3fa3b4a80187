"""Similar records and possible partners, from Elasticsearch's hits. `search.matching` decides what a match is."""

from __future__ import annotations

from collections.abc import Mapping

from elasticsearch.dsl.query import MatchNone, Query

from core.records import SearchRecord, Text
from search.elastic.queries import answering, candidates, one, resembling, with_sizes
from search.elastic.reading import Answer, Reader, records_in
from search.highlights import hit_of
from search.matching import Evidence, likeness, matches, record_tokens
from search.overlap import informativeness
from search.requests import MatchRequest, SimilarRequest
from search.results import Hit, Match
from search.significance import Weighted, rarity, significant, weighted_texts
from search.sources import kinds_that
from search.words import Term, query_terms

CANDIDATES = 150

OFFERED = {"offers": 1.0}
SOUGHT = {"seeks": 1.0}
DONE = {"title": 4.0, "summary": 0.5, "offers": 2.0, "keywords": 0.8, "body": 1.5}


def similar(reader: Reader, request: SimilarRequest) -> list[Hit]:
    """Similar records, by three requests and a count."""
    subject = _subject(reader, f"{request.kind}:{request.id}", request.viewer)
    if subject is None:
        return []
    terms = _significant_terms(reader, weighted_texts(subject), reader.count())
    search = candidates(resembling(terms), request.viewer, request.kinds, CANDIDATES)
    answer = reader.ask(with_sizes(search, _codes(subject)))
    said = _rarity(answer)
    scored = [
        (share * (1 + likeness(subject, record, said)), record)
        for record, share in _shares(answer, subject.key).values()
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].key))
    return [hit_of(record, score, (), request.language) for score, record in scored[: request.size]]


def match(reader: Reader, request: MatchRequest) -> list[Match]:
    subject = _asked_for(reader, request)
    if subject is None:
        return []
    size = reader.count()
    seeks = _significant_terms(
        reader, [(code, text.seeks, 1.0) for code, text in subject.texts.items()], size
    )
    offers = _significant_terms(
        reader, [(code, text.offers, 1.0) for code, text in subject.texts.items()], size
    )
    problem = _significant_terms(reader, weighted_texts(subject), size)
    has_done = resembling(seeks, DONE) if request.kind else _query(reader, request)
    asked = (resembling(seeks, OFFERED), has_done, resembling(offers, SOUGHT), resembling(problem))
    searches = [candidates(query, request.viewer, kinds_that("is_evidence"), CANDIDATES) for query in asked]
    answers = reader.ask_all([*searches[:-1], with_sizes(searches[-1], _codes(subject))])
    offered, done, sought, alike = (_shares(answer, subject.key) for answer in answers)
    records = {key: record for found in (offered, done, sought, alike) for key, (record, _) in found.items()}

    def share(found: Mapping[str, tuple[SearchRecord, float]], key: str) -> float:
        return found[key][1] if key in found else 0.0

    evidence = [
        Evidence(
            record,
            seeks_offers=max(share(offered, key), 0.7 * share(done, key)),
            offers_seeks=share(sought, key),
            problem=share(alike, key),
        )
        for key, record in records.items()
    ]
    return matches(
        subject,
        evidence,
        rarity=_rarity(answers[-1]),
        informativeness=informativeness(reader.frequencies(record_tokens(subject, request.language)), size),
        language=request.language,
        size=request.size,
    )


def _asked_for(reader: Reader, request: MatchRequest) -> SearchRecord | None:
    """The record that partners are sought for; an invented one where the request has only a text."""
    if request.kind:
        return _subject(reader, f"{request.kind}:{request.id}", request.viewer)
    if not request.text:
        return None
    texts = {request.language: Text(title="", seeks=request.text)}
    return SearchRecord(kind="", id=0, texts=texts, language=request.language, audience=frozenset())


def _query(reader: Reader, request: MatchRequest) -> Query:
    """The query for candidates. A text alone is treated as a search: records that hold all of it come first."""
    terms = query_terms(request.text, request.language)
    importance = reader.importance(terms)
    return answering(request.text, terms, importance, DONE) if any(importance) else MatchNone()


def _subject(reader: Reader, key: str, viewer: frozenset[str]) -> SearchRecord | None:
    return next((record for record, _ in records_in(reader.ask(one(key, viewer)))), None)


def _significant_terms(reader: Reader, texts: Weighted, size: int) -> tuple[Term, ...]:
    return significant(texts, reader.frequencies, size)


def _shares(answer: Answer, subject: str) -> dict[str, tuple[SearchRecord, float]]:
    """Key → record and share: 1 means as well as the subject itself, or as well as the best where it is not found."""
    found = {record.key: (record, score) for record, score in records_in(answer)}
    _, most = found.pop(subject, (None, max((score for _, score in found.values()), default=1.0)))
    return {key: (record, min(score / (most or 1.0), 1.0)) for key, (record, score) in found.items()}


def _codes(record: SearchRecord) -> dict[str, tuple[str, ...]]:
    return {
        name: codes for name, codes in (("area", record.areas), ("technology", record.technologies)) if codes
    }


def _rarity(answer: Answer) -> dict[str, float]:
    everything = dict(answer["aggregations"]["everything"])
    size = everything.pop("doc_count")
    counted = [bucket for answer in everything.values() for bucket in answer["buckets"]]
    return rarity({bucket["key"]: bucket["doc_count"] for bucket in counted}, size)

"""Who would be a good partner, and why: pure, from what a backend found. The same for every backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.records import SearchRecord
from search.overlap import Segment, best_pair, is_sufficient, meeting_forms, segments, shared_terms, tokens_of
from search.results import Match, Reason
from search.sources import kinds_that

STAGES = ("idea", "planned", "developing", "pilot", "in_use", "scaled")

SEEKS_OFFERS, OFFERS_SEEKS, PROBLEM = 1.0, 0.8, 0.9
TECHNOLOGY, AREA, AHEAD, ALIKE = 0.12, 0.10, 0.06, 0.06
NEAR = (0.03, 0.08, 0.12)
MORE_EVIDENCE = 0.05
TELLING, RARE_TECHNOLOGY = 0.3, 0.6
LEAST = 0.12
SAME_WORDS = 3
OPENING = 600
OTHERS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record and how well its words meet the subject's, each from 0 (not at all) to 1 (as the subject itself):
    what the subject seeks × what this offers, what it offers × what this seeks, the same problem."""

    record: SearchRecord
    seeks_offers: float = 0.0
    offers_seeks: float = 0.0
    problem: float = 0.0


def matches(
    subject: SearchRecord,
    evidence: Iterable[Evidence],
    *,
    rarity: Mapping[str, float],
    telling: Mapping[str, float],
    language: str,
    size: int,
) -> list[Match]:
    """Organisations, best first, each by its best evidence; never the subject's own. `rarity` tells how much an
    area's or technology's code in common says, from 0 to 1; codes not in it say little. `telling` does the same for
    `tokens_told`. A match without reasons may be ranked, but not shown: nothing in words speaks for it."""
    by_organisation: dict[int, list[tuple[float, Evidence]]] = {}
    for one in evidence:
        organisation = one.record.organisation_id
        if not _shows_something(one.record):
            continue
        words_meet = SEEKS_OFFERS * one.seeks_offers + OFFERS_SEEKS * one.offers_seeks + PROBLEM * one.problem
        if organisation is None or organisation == subject.organisation_id or words_meet < LEAST:
            continue
        score = words_meet * (1 + _context(subject, one.record, rarity))
        by_organisation.setdefault(organisation, []).append((score, one))
    found = []
    for organisation, all_of_it in by_organisation.items():
        all_of_it.sort(key=lambda pair: (-pair[0], pair[1].record.key))
        score = all_of_it[0][0] + MORE_EVIDENCE * sum(more for more, _ in all_of_it[1:4])
        found.append((score, organisation, [one for _, one in all_of_it[:OTHERS]]))
    found.sort(key=lambda row: (-row[0], row[1]))

    def told(evidence: Sequence[Evidence]) -> tuple[Evidence, tuple[Reason, ...]]:
        """The best that gives a reason, else the best."""
        for one in evidence:
            if reasons := tuple(_reasons(subject, one, rarity, telling, language)):
                return one, reasons
        return evidence[0], ()

    return [
        Match(
            organisation_id=organisation,
            organisation_name=best.record.organisation_name,
            organisation_kind=best.record.organisation_kind,
            score=score,
            reasons=reasons,
            evidence=best.record,
            language=best.record.shown_in(language),
            subject_language=subject.shown_in(language),
            subject_name=subject.organisation_name,
        )
        for score, organisation, several in found[:size]
        for best, reasons in [told(several)]
    ]


def _shows_something(record: SearchRecord) -> bool:
    """An organisation's bare name is no evidence."""
    return record.kind not in kinds_that("is_name") or any(
        t.summary or t.body or t.offers or t.seeks for t in record.texts.values()
    )


def likeness(subject: SearchRecord, record: SearchRecord, rarity: Mapping[str, float]) -> float:
    """What shared technologies and areas add to a likeness of words, as a share of it."""
    shared = (
        (2 * TECHNOLOGY, set(subject.technologies) & set(record.technologies)),
        (
            2 * AREA,
            set(subject.areas) & set(record.areas),
        ),
    )
    return sum(
        weight * max((rarity.get(code, 0.1) for code in codes), default=0.0) for weight, codes in shared
    )


def _context(subject: SearchRecord, record: SearchRecord, rarity: Mapping[str, float]) -> float:
    return (
        likeness(subject, record, rarity)
        + AHEAD * _is_ahead(subject, record)
        + (NEAR[min(len(near), len(NEAR)) - 1] if (near := _shared_places(subject, record)) else 0.0)
        + ALIKE * _is_alike(subject, record)
    )


def _is_ahead(subject: SearchRecord, record: SearchRecord) -> bool:
    """One step ahead, or two."""
    if subject.stage not in STAGES or record.stage not in STAGES:
        return False
    return 1 <= STAGES.index(record.stage) - STAGES.index(subject.stage) <= 2


def _shared_places(subject: SearchRecord, record: SearchRecord) -> list[str]:
    return [code for code in subject.places if code in record.places]


def _is_alike(subject: SearchRecord, record: SearchRecord) -> bool:
    kind = subject.organisation_kind
    if kind in ("", "other") or kind != record.organisation_kind:
        return False
    ours, theirs = subject.organisation_size, record.organisation_size
    return not (ours and theirs) or 0.5 <= ours / theirs <= 2


def tokens_told(subject: SearchRecord, language: str) -> frozenset[str]:
    """The tokens that `telling` must know of, to say what a subject has in common with others."""
    return tokens_of(piece for read in _read(subject, language) for piece in read)


class _Read(NamedTuple):
    title: Sequence[Segment]
    told: Sequence[Segment]
    does: Sequence[Segment]
    offers: Sequence[Segment]
    seeks: Sequence[Segment]


def _read(record: SearchRecord, language: str) -> _Read:
    """The segments of a record in the language it is shown in; what an organisation is called is nothing it does."""
    shown = record.shown_in(language)
    text = record.texts[shown]
    named = record.kind in kinds_that("is_name")
    title = () if named else segments(text.title, shown)
    told = segments(text.summary, shown) or segments(text.body[:OPENING], shown)
    does = (*title, *segments(text.summary, shown), *(segments(text.body[:OPENING], shown) if named else ()))
    return _Read(title, told, does, segments(text.offers, shown), segments(text.seeks, shown))


def _reasons(
    subject: SearchRecord,
    one: Evidence,
    rarity: Mapping[str, float],
    telling: Mapping[str, float],
    language: str,
) -> Iterator[Reason]:
    """What words give reason to, or a rare technology, or a less rare one where the texts are alike and an area is
    shared; only then also what else the two have in common."""
    record = one.record
    real = [*_in_words(subject, one, rarity, telling, language)]
    alike = one.problem >= LEAST and not set(subject.areas).isdisjoint(record.areas)
    least = TELLING if real or alike else RARE_TECHNOLOGY
    real += _in_codes("same_technology", subject.technologies, record.technologies, rarity, least)
    yield from real
    if not real:
        return
    yield from _in_codes("same_area", subject.areas, record.areas, rarity, TELLING)
    if _is_ahead(subject, record):
        yield Reason("step_ahead", ours=subject.stage, theirs=record.stage)
    if near := [code for code in _shared_places(subject, record) if code.isdigit()]:
        yield Reason("near", codes=(near[0],))
    if _is_alike(subject, record):
        yield Reason("alike", codes=(record.organisation_kind,))


def _in_words(
    subject: SearchRecord,
    one: Evidence,
    rarity: Mapping[str, float],
    telling: Mapping[str, float],
    language: str,
) -> Iterator[Reason]:
    ours, theirs = _read(subject, language), _read(one.record, language)
    if one.seeks_offers >= LEAST:
        if shared := best_pair(ours.seeks, theirs.offers, telling):
            yield Reason("seeks_offers", ours=shared.ours, theirs=shared.theirs, words=shared.words)
        elif shared := best_pair(ours.seeks, theirs.does, telling, least=2 if subject.kind else 1):
            yield Reason("seeks_does", ours=shared.ours, theirs=shared.theirs, words=shared.words)
    if one.offers_seeks >= LEAST and (shared := best_pair(ours.offers, theirs.seeks, telling)):
        yield Reason("offers_seeks", ours=shared.ours, theirs=shared.theirs, words=shared.words)
    alike = any(True for _ in _in_codes("same_area", subject.areas, one.record.areas, rarity, TELLING))
    if one.problem >= LEAST and _is_same_problem(ours, theirs, telling, in_one_area=alike):
        yield Reason(
            "same_problem",
            ours=subject.text(language).title,
            theirs=one.record.text(language).title,
            words=meeting_forms(ours.title, theirs.title, telling),
        )


def _is_same_problem(ours: _Read, theirs: _Read, telling: Mapping[str, float], *, in_one_area: bool) -> bool:
    """Titles that share two words, or a rare one within one area; or, of the same
    area or with a word of the title in common, texts that share several."""
    if not (ours.title and theirs.title):
        return False
    in_titles = shared_terms(ours.title, theirs.title, telling).values()
    if len(in_titles) > 1 or (in_one_area and is_sufficient(in_titles)):
        return True
    if not (ours.told and (in_one_area or in_titles)):
        return False
    ours_told, theirs_told = (*ours.title, *ours.told), (*theirs.title, *theirs.told)
    return len(shared_terms(ours_told, theirs_told, telling)) >= SAME_WORDS and bool(
        shared_terms(ours.title, theirs_told, telling) or shared_terms(ours_told, theirs.title, telling)
    )


def _in_codes(
    kind: Literal["same_technology", "same_area"],
    ours: Sequence[str],
    theirs: Sequence[str],
    rarity: Mapping[str, float],
    least: float,
) -> Iterator[Reason]:
    common = [code for code in ours if code in theirs and rarity.get(code, 0.1) >= least]
    if common:
        yield Reason(kind, codes=tuple(sorted(common, key=lambda code: -rarity[code])[:2]))

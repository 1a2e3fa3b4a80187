"""Ranks organisations as partners, with reasons. Pure, and the same for every backend.

How it works. A backend finds `Evidence`: records whose words answer to those of the subject, with three scores from 0
to 1. `matches` weighs the scores, raises them for shared codes, a later stage, a near place and a similar organisation,
and groups them by organisation: its best record counts, and up to three more a little. Then it looks for reasons that
can be shown. A backend's scores only rank. A reason must be shown from the texts: `search.overlap` finds rare words in
both, or both have a rare technology. The other reasons (area, stage, place, kind) are only added to such a reason.
"""

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
UNCOMMON, RARE_TECHNOLOGY = 0.3, 0.6
LEAST = 0.12
SAME_WORDS = 3
OPENING = 600
OTHERS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record, and how well its words answer to the subject's: three scores from 0 to 1 (like the subject itself).

    `seeks_offers`: the subject's need and the record's offer. `offers_seeks`: the reverse. `problem`: the same problem.
    """

    record: SearchRecord
    seeks_offers: float = 0.0
    offers_seeks: float = 0.0
    problem: float = 0.0


def matches(
    subject: SearchRecord,
    evidence: Iterable[Evidence],
    *,
    rarity: Mapping[str, float],
    informativeness: Mapping[str, float],
    language: str,
    size: int,
) -> list[Match]:
    """Return organisations, best first, each by its best evidence, without the subject's own.

    `rarity` is the weight of a shared code of an area or technology, from 0 to 1; codes that are not in it have a small
    one. `informativeness` is the same for `record_tokens`. A match without reasons is ranked, but must not be shown.
    """
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

    def best_with_reasons(evidence: Sequence[Evidence]) -> tuple[Evidence, tuple[Reason, ...]]:
        """The best evidence that has reasons, else the best."""
        for one in evidence:
            if reasons := tuple(_reasons(subject, one, rarity, informativeness, language)):
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
        for best, reasons in [best_with_reasons(several)]
    ]


def _shows_something(record: SearchRecord) -> bool:
    """Whether the record has more than a name. An organisation's name alone is no evidence."""
    return record.kind not in kinds_that("is_name") or any(
        t.summary or t.body or t.offers or t.seeks for t in record.texts.values()
    )


def likeness(subject: SearchRecord, record: SearchRecord, rarity: Mapping[str, float]) -> float:
    """The share by which common technologies and areas raise a score for words."""
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
    """Whether the record is one or two stages ahead."""
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


def record_tokens(subject: SearchRecord, language: str) -> frozenset[str]:
    """The tokens of the subject, for which `matches` needs `informativeness`."""
    return tokens_of(segment for section in _sections(subject, language) for segment in section)


class _Sections(NamedTuple):
    title: Sequence[Segment]
    about: Sequence[Segment]
    does: Sequence[Segment]
    offers: Sequence[Segment]
    seeks: Sequence[Segment]


def _sections(record: SearchRecord, language: str) -> _Sections:
    """The segments of a record, in the language it is shown in. The title is left out where it is only a name."""
    shown = record.shown_in(language)
    text = record.texts[shown]
    named = record.kind in kinds_that("is_name")
    title = () if named else segments(text.title, shown)
    about = segments(text.summary, shown) or segments(text.body[:OPENING], shown)
    does = (*title, *segments(text.summary, shown), *(segments(text.body[:OPENING], shown) if named else ()))
    return _Sections(title, about, does, segments(text.offers, shown), segments(text.seeks, shown))


def _reasons(
    subject: SearchRecord,
    one: Evidence,
    rarity: Mapping[str, float],
    informativeness: Mapping[str, float],
    language: str,
) -> Iterator[Reason]:
    """Yield the reasons for a match; none without a reason in words or a shared technology.

    A shared technology must be rare, unless there are other reasons in words, or the problem is similar and an area is
    shared. Only after such a reason follow area, stage, place and kind of organisation.
    """
    record = one.record
    real = [*_in_words(subject, one, rarity, informativeness, language)]
    alike = one.problem >= LEAST and not set(subject.areas).isdisjoint(record.areas)
    least = UNCOMMON if real or alike else RARE_TECHNOLOGY
    real += _in_codes("same_technology", subject.technologies, record.technologies, rarity, least)
    yield from real
    if not real:
        return
    yield from _in_codes("same_area", subject.areas, record.areas, rarity, UNCOMMON)
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
    informativeness: Mapping[str, float],
    language: str,
) -> Iterator[Reason]:
    ours, theirs = _sections(subject, language), _sections(one.record, language)
    if one.seeks_offers >= LEAST:
        if shared := best_pair(ours.seeks, theirs.offers, informativeness):
            yield Reason("seeks_offers", ours=shared.ours, theirs=shared.theirs, words=shared.words)
        elif shared := best_pair(ours.seeks, theirs.does, informativeness, least=2 if subject.kind else 1):
            yield Reason("seeks_does", ours=shared.ours, theirs=shared.theirs, words=shared.words)
    if one.offers_seeks >= LEAST and (shared := best_pair(ours.offers, theirs.seeks, informativeness)):
        yield Reason("offers_seeks", ours=shared.ours, theirs=shared.theirs, words=shared.words)
    alike = any(True for _ in _in_codes("same_area", subject.areas, one.record.areas, rarity, UNCOMMON))
    if one.problem >= LEAST and _is_same_problem(ours, theirs, informativeness, in_one_area=alike):
        yield Reason(
            "same_problem",
            ours=subject.text(language).title,
            theirs=one.record.text(language).title,
            words=meeting_forms(ours.title, theirs.title, informativeness),
        )


def _is_same_problem(
    ours: _Sections, theirs: _Sections, informativeness: Mapping[str, float], *, in_one_area: bool
) -> bool:
    """Whether two records try to solve the same problem.

    Either their titles share two words, or a rare one within one area. Or their texts share several words, and they are
    of the same area or their titles share a word.
    """
    if not (ours.title and theirs.title):
        return False
    in_titles = shared_terms(ours.title, theirs.title, informativeness).values()
    if len(in_titles) > 1 or (in_one_area and is_sufficient(in_titles)):
        return True
    if not (ours.about and (in_one_area or in_titles)):
        return False
    our_texts, their_texts = (*ours.title, *ours.about), (*theirs.title, *theirs.about)
    return len(shared_terms(our_texts, their_texts, informativeness)) >= SAME_WORDS and bool(
        shared_terms(ours.title, their_texts, informativeness)
        or shared_terms(our_texts, theirs.title, informativeness)
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

"""Who would be a good partner, and why: pure, from what a backend found. The same for every backend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from search.records import SearchRecord
from search.results import Match, Reason
from search.words import index_tokens, words

MATCHED_KINDS = ("project", "use_case", "organisation")
STAGES = ("idea", "planned", "developing", "pilot", "in_use", "scaled")

SEEKS_OFFERS, OFFERS_SEEKS, PROBLEM = 1.0, 0.8, 0.9
TECHNOLOGY, AREA, AHEAD, ALIKE = 0.12, 0.10, 0.06, 0.06
NEAR = (0.03, 0.08, 0.12)
MORE_EVIDENCE = 0.05
TELLING = 0.2
LEAST = 0.12
FRAGMENT = 90

_BREAKS = re.compile(r"[\n\r;•]+|(?<=[.!?])\s+|,\s+(?:och|samt|and)\s+")


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
    language: str,
    size: int,
) -> list[Match]:
    """Organisations, best first, each by its best evidence; never the subject's own. `rarity` tells how much an
    area's or technology's code in common says, from 0 to 1; codes not in it say little."""
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
        score, best = all_of_it[0]
        score += MORE_EVIDENCE * sum(more for more, _ in all_of_it[1:4])
        found.append((score, organisation, best))
    found.sort(key=lambda row: (-row[0], row[1]))
    return [
        Match(
            organisation_id=organisation,
            organisation_name=best.record.organisation_name,
            organisation_kind=best.record.organisation_kind,
            score=score,
            reasons=tuple(_reasons(subject, best, rarity, language)),
            evidence=best.record,
            language=best.record.shown_in(language),
            subject_language=subject.shown_in(language),
        )
        for score, organisation, best in found[:size]
    ]


def _shows_something(record: SearchRecord) -> bool:
    """An organisation's bare name is no evidence."""
    return record.kind != "organisation" or any(
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


def _reasons(
    subject: SearchRecord, one: Evidence, rarity: Mapping[str, float], language: str
) -> Iterator[Reason]:
    record = one.record
    ours, theirs = subject.text(language), record.text(language)
    if one.seeks_offers >= LEAST:
        offered = theirs.offers or f"{theirs.title}\n{theirs.summary}"
        seeks, offers = _closest(ours.seeks, offered, subject, record, language)
        yield Reason("seeks_offers" if theirs.offers else "seeks_does", ours=seeks, theirs=offers)
    if one.offers_seeks >= LEAST and theirs.seeks:
        offers, seeks = _closest(ours.offers, theirs.seeks, subject, record, language)
        yield Reason("offers_seeks", ours=offers, theirs=seeks)
    if one.problem >= LEAST:
        yield Reason("same_problem", ours=ours.title, theirs=theirs.title)
    for kind, mine, other in (
        ("same_technology", subject.technologies, record.technologies),
        ("same_area", subject.areas, record.areas),
    ):
        common = [code for code in mine if code in other and rarity.get(code, 1.0) >= TELLING]
        if common:
            common.sort(key=lambda code: -rarity.get(code, 0.1))
            yield Reason(
                "same_technology" if kind == "same_technology" else "same_area", codes=tuple(common[:2])
            )
    if _is_ahead(subject, record):
        yield Reason("step_ahead", ours=subject.stage, theirs=record.stage)
    if near := _shared_places(subject, record):
        yield Reason("near", codes=(near[0],))
    if _is_alike(subject, record):
        yield Reason("alike", codes=(record.organisation_kind,))


def _closest(
    ours: str, theirs: str, subject: SearchRecord, record: SearchRecord, language: str
) -> tuple[str, str]:
    """The two pieces, of ours and of theirs, that have most words in common."""
    read = [
        [(piece, frozenset(index_tokens(piece, who.shown_in(language)))) for piece in _pieces(text)]
        for text, who in ((ours, subject), (theirs, record))
    ]
    pairs = [(len(a & b) / (1 + len(a | b)), x, y) for x, a in read[0] for y, b in read[1]]
    if not pairs:
        return _short(ours), _short(theirs)
    _, mine, other = max(pairs, key=lambda pair: pair[0])
    return _short(mine), _short(other)


def _pieces(text: str) -> list[str]:
    return [piece for part in _BREAKS.split(text) if (piece := part.strip(" .-–*\t")) and any(words(piece))]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= FRAGMENT else text[: text.rfind(" ", 0, FRAGMENT)] + " …"

"""Prepares hits and matches for templates, in the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext

from community.organisations.models import Kind, Organisation
from core.records import SearchRecord
from knowledge.models import Stage
from search.highlights import emphasised
from search.labels import Label, labels
from search.results import Hit, Match, Reason
from search.sources import record_kinds, source_of_kind
from subjects.types import subject_type


@dataclass(frozen=True, slots=True)
class Card:
    """A hit as a template shows it. `lang` is set when its text is in another language than the page."""

    kind: str
    icon: str
    kind_label: str
    title: SafeString
    href: str
    summary: SafeString
    organisation: str
    place: str
    stage: str
    stage_label: str
    when: datetime | None
    lang: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A match as a template shows it."""

    name: str
    kind_label: str
    place: str
    href: str
    evidence_href: str
    evidence_title: str
    can_be_asked: bool
    lang: str
    reasons: Sequence[SafeString]
    mutual: bool


def language() -> str:
    return (get_language() or "sv")[:2]


def card(hit: Hit) -> Card:
    record, kind = hit.record, record_kinds().get(hit.record.kind)
    return Card(
        kind=record.kind,
        icon=kind.icon if kind else "",
        kind_label=_kind(record),
        title=hit.title,
        href=hit.url,
        summary=hit.excerpt,
        organisation=record.organisation_name,
        place=record.where.get(language(), ""),
        stage=record.stage,
        stage_label=str(Stage(record.stage).label) if record.stage in Stage.values else "",
        when=record.updated if kind and kind.shows_date else None,
        lang=hit.language if hit.language != language() else "",
    )


def partners(matches: Sequence[Match]) -> list[Partner]:
    """The partners for a template. At most two queries, for labels and for the addresses of organisations."""
    named = _labels_of(matches)
    addresses = _addresses_of(matches)
    return [
        Partner(
            name=match.organisation_name,
            kind_label=_organisation_kind(match.organisation_kind),
            place=match.evidence.where.get(language(), ""),
            href=addresses.get(match.organisation_id, ""),
            evidence_href=match.evidence.url(language()),
            evidence_title=match.evidence.text(language()).title,
            can_be_asked=has_thread(match.evidence),
            lang=match.language if match.language != language() else "",
            reasons=[sentence(reason, named, match) for reason in match.reasons],
            mutual=match.mutual,
        )
        for match in matches
        if match.reasons
    ]


def has_thread(record: SearchRecord) -> bool:
    """Whether readers can ask about it in its conversation."""
    source = source_of_kind(record.kind)
    return bool(source and subject_type(source.name).has_thread)


def _addresses_of(matches: Sequence[Match]) -> dict[int, str]:
    """The address of each organisation's page, by its id."""
    found = Organisation.objects.filter(pk__in=[match.organisation_id for match in matches]).only("slug")
    return {organisation.pk: organisation.get_absolute_url() for organisation in found}


def sentence(reason: Reason, named: Mapping[str, Mapping[str, Label]], match: Match) -> SafeString:
    """The reason as a sentence that quotes both sides, with the common words in strong."""
    words = {
        "seeks_offers": gettext("{our_name} seeks “{ours}”, {their_name} offers “{theirs}”"),
        "seeks_does": gettext("{our_name} seeks “{ours}”, {their_name} works with “{theirs}”"),
        "offers_seeks": gettext("{our_name} offers “{ours}”, {their_name} seeks “{theirs}”"),
        "same_problem": gettext("“{ours}” and “{theirs}” try to solve the same problem"),
        "same_technology": gettext("Both use {codes}"),
        "same_area": gettext("Both work with {codes}"),
        "step_ahead": gettext("{their_name} is a step ahead: {theirs}"),
        "near": gettext("Both are in {codes}"),
        "alike": gettext("Both are the same kind of organisation: {codes}"),
    }[reason.kind]
    theirs = _quoted(reason.theirs, reason.words, match.language)
    if reason.kind == "step_ahead" and reason.theirs in Stage.values:
        theirs = format_html("<strong>{}</strong>", str(Stage(reason.theirs).label).lower())
    text = format_html(
        words,
        our_name=match.subject_name,
        their_name=match.organisation_name,
        ours=_quoted(reason.ours, reason.words, match.subject_language),
        theirs=theirs,
        codes=format_html("<strong>{}</strong>", get_text_list(_names(reason, named), gettext("and"))),
    )
    return text + SafeString(".")


FIELDS = {"same_technology": "technology", "same_area": "area", "near": "place", "alike": "organisation_kind"}


def _names(reason: Reason, named: Mapping[str, Mapping[str, Label]]) -> list[str]:
    """Labels within a sentence begin in lower case, except places and labels that begin with an abbreviation."""
    known = named.get(FIELDS.get(reason.kind, ""), {})
    names = [known[code].text if code in known else code for code in reason.codes]
    if reason.kind == "near":
        return names
    return [name[:1].lower() + name[1:] if name[1:2].islower() else name for name in names]


def _labels_of(matches: Sequence[Match]) -> Mapping[str, Mapping[str, Label]]:
    codes: dict[str, set[str]] = {}
    for reason in (reason for match in matches for reason in match.reasons if reason.kind in FIELDS):
        codes.setdefault(FIELDS[reason.kind], set()).update(reason.codes)
    return labels(codes, language())


def _quoted(text: str, words: Sequence[str], written_in: str) -> SafeString:
    """The quotation, marked with its language where that is not the page's."""
    quotation = emphasised(text, words)
    if written_in in ("", language()):
        return quotation
    return format_html('<span lang="{}">{}</span>', written_in, quotation)


def _kind(record: SearchRecord) -> str:
    if record.kind == "organisation" and record.organisation_kind:
        return _organisation_kind(record.organisation_kind)
    kind = record_kinds().get(record.kind)
    return str(kind.label if kind else record.kind)


def _organisation_kind(code: str) -> str:
    return str(Kind(code).label) if code in Kind.values else ""

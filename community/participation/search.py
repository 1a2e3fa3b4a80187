"""Organisations in search records: of every kind of subject that organisations take part in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Prefetch

from community.organisations.search import kind_labels, owner_fields
from community.participation.models import Participation, Role
from core.audience import PUBLIC
from core.records import LANGUAGES, SearchRecord
from knowledge.records import keywords_of, line_of, place_fields, with_place
from subjects.search import SearchAddition, add_to_records


def with_participations() -> Prefetch:
    """The participations of public organisations: everyone who sees a record reads their names in it."""
    public = Participation.objects.filter(organisation__subject__audience__meets=[PUBLIC])
    organisations = public.select_related("organisation", *with_place("organisation__place"))
    return Prefetch("subject__participations", organisations.order_by("pk"))


def add_organisations(work: Any, record: SearchRecord) -> SearchRecord:
    """The record with the owner of its work, or else the first organisation that took part, and the names of all.

    A work without a place of its own is where that organisation is.
    """
    participations = list(work.subject.participations.all())
    if not participations:
        return record
    owner = min(participations, key=lambda one: (one.role != Role.OWNER, one.pk)).organisation
    place = None if record.places else owner.place
    added = keywords_of(
        line_of(place), [*kind_labels(owner), *(one.organisation.name for one in participations)]
    )
    return replace(
        record,
        **owner_fields(owner, (one.organisation_id for one in participations)),
        **(place_fields(place) if place else {}),
        keywords={
            language: tuple(dict.fromkeys([*record.keywords.get(language, ()), *added[language]]))
            for language in LANGUAGES
        },
    )


def works_of(organisation_ids: Collection[int]) -> Iterable[int]:
    """The works that organisations take part in."""
    found = Participation.objects.filter(organisation__in=organisation_ids, subject__work__isnull=False)
    return found.values_list("subject__work", flat=True).distinct()


def register_all() -> None:
    add_to_records(
        "work",
        SearchAddition(prefetch=with_participations, add=add_organisations, shows={"organisation": works_of}),
    )

"""Adds organisations to search records, for every kind of subject that organisations take part in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Model, Prefetch

from community.organisations.models import Organisation
from community.organisations.search import kind_labels, owner_fields
from community.participation.models import Participation, Role
from core.audience import PUBLIC
from core.records import LANGUAGES, SearchRecord
from knowledge.records import keywords_of, line_of, place_fields, with_place
from subjects.search import SearchAddition, add_to_records
from subjects.types import SubjectType, follow_types


def with_participations() -> Prefetch:
    """The participations of public organisations, since everyone who sees a record reads their names in it."""
    public = Participation.objects.filter(organisation__subject__audience__meets=[PUBLIC])
    organisations = public.select_related("organisation", *with_place("organisation__place"))
    return Prefetch("subject__participations", organisations.order_by("pk"))


def add_organisations(instance: Any, record: SearchRecord) -> SearchRecord:
    """Return the record with the names of all organisations that take part.

    A record without an organisation gets the owner, or else the first that took part. It also gets that organisation's
    place if it has none.
    """
    participations = list(instance.subject.participations.all())
    if not participations:
        return record
    ids = [one.organisation_id for one in participations]
    added: dict[str, Any] = {"organisation_ids": tuple(dict.fromkeys([*record.organisation_ids, *ids]))}
    place, labels = None, []
    if record.organisation_id is None:
        owner = min(participations, key=lambda one: (one.role != Role.OWNER, one.pk)).organisation
        place, labels = None if record.places else owner.place, kind_labels(owner)
        added = owner_fields(owner, ids) | (place_fields(place) if place else {})
    names = [one.organisation.name for one in participations]
    more = keywords_of(line_of(place), [*labels, *names])
    keywords = {
        language: tuple(dict.fromkeys([*record.keywords.get(language, ()), *more[language]]))
        for language in LANGUAGES
    }
    return replace(record, **added, keywords=keywords)


def taken_part_in(model: type[Model], organisation_ids: Collection[int]) -> Iterable[int]:
    """The ids of objects of the model that organisations take part in."""
    found = model._default_manager.filter(subject__participations__organisation__in=organisation_ids)
    return found.values_list("pk", flat=True).distinct()


def follow(declared: SubjectType) -> None:
    """Add to each kind of subject except organisations, which do not take part in each other."""
    if declared.search and declared.model is not Organisation:
        shows = {"organisation": partial(taken_part_in, declared.model)}
        addition = SearchAddition(prefetch=with_participations, add=add_organisations, shows=shows)
        add_to_records(declared.code, addition)


def register_all() -> None:
    follow_types(follow)

"""How organisations are found: by their name and description. `community.statements` adds what they state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Kind, Organisation
from community.organisations.signals import organisations_changed
from core.records import SearchRecord, Text
from core.rich_text import plain_text
from knowledge.records import (
    AREA,
    COUNTRY,
    PLACE,
    TECHNOLOGY,
    keywords_of,
    line_of,
    place_fields,
    with_place,
)
from subjects.listings import addresses_of
from subjects.search import RecordKind, SearchFacet, SearchSource

ORGANISATION_KIND = SearchFacet(
    code="organisation_kind",
    label=_("Kind of organisation"),
    field="organisation_kind",
    choices=lambda: Kind.choices,
)


def indexable_organisations() -> QuerySet[Organisation]:
    return Organisation.objects.exclude(subject__audience=frozenset()).select_related(
        "subject", "country", *with_place("place")
    )


def published_organisations() -> QuerySet[Any]:
    return Organisation.objects.annotate(read_in=Value(""))


def build_organisation(organisation: Organisation) -> SearchRecord:
    place = place_of(organisation)
    where = place_fields(place)
    language = "sv" if where["country"] in ("SE", "") else "en"
    languages = {language, "en"} if organisation.description_en else {language}
    says_something = bool(organisation.description or organisation.description_en)
    return SearchRecord(
        kind="organisation",
        id=organisation.pk,
        texts={
            shown_in: Text(
                title=organisation.name,
                summary=plain_text(
                    (shown_in == "en" and organisation.description_en) or organisation.description
                ),
            )
            for shown_in in sorted(languages)
        },
        language=language,
        audience=organisation.audience,
        urls=addresses_of(organisation),
        keywords=keywords_of(line_of(place), kind_labels(organisation)) if says_something else {},
        **where,
        **owner_fields(organisation),
        reference=organisation.is_reference,
        published=organisation.created_at,
        updated=organisation.updated_at,
    )


def place_of(organisation: Organisation) -> Any:
    """The place of the organisation, or else its country."""
    return organisation.place or organisation.country


def kind_labels(organisation: Organisation) -> list[str | Promise]:
    return [Kind(organisation.kind).label] if organisation.kind in Kind.values else []


def owner_fields(organisation: Organisation, others: Iterable[int] = ()) -> dict[str, Any]:
    """The fields of a record for its owner. `others` are the ids of organisations that take part."""
    return {
        "organisation_id": organisation.pk,
        "organisation_name": organisation.name,
        "organisation_kind": organisation.kind,
        "organisation_ids": tuple(dict.fromkeys([organisation.pk, *others])),
    }


SEARCH = SearchSource(
    kinds=(
        RecordKind(
            code="organisation",
            label=_("Organisation"),
            label_plural=_("Organisations"),
            icon="organisation",
            is_name=True,
            is_evidence=True,
        ),
    ),
    indexable=indexable_organisations,
    published=published_organisations,
    build=build_organisation,
    changed=organisations_changed,
    facets=(AREA, TECHNOLOGY, COUNTRY, PLACE, ORGANISATION_KIND),
)

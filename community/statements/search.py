"""How statements are found: by themselves, and in the records of their organisations and of what they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Model, Prefetch, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.organisations.search import ORGANISATION_KIND, kind_labels, owner_fields, place_of
from community.statements.models import Statement, StatementKind
from community.statements.querysets import StatementQuerySet
from community.statements.signals import statements_changed
from core.records import SearchRecord, Text
from knowledge.models import Capability
from knowledge.records import (
    AREA,
    COUNTRY,
    PLACE,
    TECHNOLOGY,
    at_midnight,
    broader,
    codes_of,
    keywords_of,
    line_of,
    place_fields,
    with_place,
    with_terms,
)
from subjects.audience import narrowed
from subjects.listings import addresses_of
from subjects.search import RecordKind, SearchAddition, SearchFacet, SearchSource, add_to_records
from subjects.types import SubjectType, follow_types

KIND = SearchFacet(
    code="statement_kind",
    label=_("Offered or sought"),
    choices=lambda: StatementKind.choices,
    is_ordered=True,
)
CAPABILITY = SearchFacet(code="capability", label=_("What is offered or sought"), vocabulary=Capability)


def indexable_statements() -> QuerySet[Statement]:
    return (
        Statement.objects.current()
        .exclude(subject__audience=frozenset())
        .select_related("subject", "capability", "organisation__country", *with_place("organisation__place"))
        .prefetch_related(*with_terms())
    )


def published_statements() -> QuerySet[Any]:
    return Statement.objects.current().annotate(read_in=Value(""))


def build_statement(statement: Statement) -> SearchRecord:
    organisation = statement.organisation
    place = place_of(organisation)
    areas, technologies = broader(statement.areas.all()), broader(statement.technologies.all())
    capabilities = [statement.capability] if statement.capability else []
    texts = {"sv": statement.text, "en": statement.text_en}
    return SearchRecord(
        kind="statement",
        id=statement.pk,
        texts={language: Text(title=text) for language, text in texts.items() if text},
        language="sv" if statement.text else "en",
        audience=statement.audience,
        urls=addresses_of(statement),
        keywords=keywords_of(
            [*areas, *technologies, *capabilities, *line_of(place)],
            [*kind_labels(organisation), StatementKind(statement.kind).label],
        ),
        areas=codes_of(areas),
        technologies=codes_of(technologies),
        **place_fields(place),
        **owner_fields(organisation),
        reference=statement.is_reference,
        published=statement.created_at,
        updated=statement.updated_at,
        ends=at_midnight(statement.until),
        more={"statement_kind": (statement.kind,), "capability": codes_of(capabilities)},
    )


SEARCH = SearchSource(
    kinds=(
        RecordKind(
            code="statement", label=_("Offered or sought"), label_plural=_("Offered and sought"), icon="offer"
        ),
    ),
    indexable=indexable_statements,
    published=published_statements,
    build=build_statement,
    changed=statements_changed,
    facets=(AREA, TECHNOLOGY, COUNTRY, PLACE, ORGANISATION_KIND, KIND, CAPABILITY),
    shows={
        "organisation": lambda ids: Statement.objects.filter(organisation__in=ids).values_list(
            "pk", flat=True
        )
    },
)


def current_statements() -> StatementQuerySet:
    return Statement.objects.current().select_related("subject").order_by("pk")


def seen_by_readers(statements: Iterable[Statement], record: SearchRecord) -> list[Statement]:
    """The statements that everyone sees who sees the record."""
    return [one for one in statements if narrowed(one.audience, within=record.audience) == record.audience]


def texts_with(record: SearchRecord, statements: Collection[Statement]) -> dict[str, Text]:
    """The texts of the record, with the sentences of the statements, one a line: what is done in its body."""
    texts = {}
    for language, text in record.texts.items():
        said = {kind: text_of(statements, kind, language) for kind in StatementKind.values}
        texts[language] = replace(
            text,
            body="\n".join(filter(None, [text.body, said["does"]])),
            offers=said["offers"],
            seeks=said["seeks"],
        )
    return texts


def text_of(statements: Iterable[Statement], kind: str, language: str) -> str:
    """The statements of one kind, in the language where they have it, one a line."""
    return "\n".join(one.text_in(language) for one in statements if one.kind == kind)


def add_to_subject(instance: Any, record: SearchRecord) -> SearchRecord:
    """Add what is offered and sought in the subject."""
    statements = seen_by_readers(instance.subject.current_statements, record)
    return replace(record, texts=texts_with(record, statements)) if statements else record


def add_to_organisation(organisation: Any, record: SearchRecord) -> SearchRecord:
    """Add the organisation's own statements and their terms. An organisation that has an English statement is shown in
    English too."""
    statements = seen_by_readers(organisation.current_statements, record)
    if not statements:
        return record
    areas = broader(area for one in statements for area in one.areas.all())
    technologies = broader(term for one in statements for term in one.technologies.all())
    terms = [*areas, *technologies, *line_of(place_of(organisation))]
    texts = dict(record.texts)
    if any(one.text_en for one in statements):
        texts.setdefault("en", record.text("en"))
    return replace(
        record,
        texts=texts_with(replace(record, texts=texts), statements),
        keywords=keywords_of(terms, kind_labels(organisation)),
        areas=codes_of(areas),
        technologies=codes_of(technologies),
    )


def with_own_statements() -> Prefetch:
    own = current_statements().own().prefetch_related(*with_terms())
    return Prefetch("statements", own, to_attr="current_statements")


def with_statements() -> Prefetch:
    return Prefetch("subject__statements", current_statements(), to_attr="current_statements")


def organisations_of(ids: Collection[int]) -> Iterable[int]:
    """The organisations whose own statements these are."""
    own = Statement.objects.own().filter(pk__in=ids)
    return own.values_list("organisation", flat=True).distinct()


def said_about(model: type[Model], ids: Collection[int]) -> Iterable[int]:
    """The objects of the model that statements are about."""
    return model._default_manager.filter(subject__statements__in=ids).values_list("pk", flat=True).distinct()


def follow(declared: SubjectType) -> None:
    """Add to organisations, and to every other kind of subject that is found."""
    if declared.model is Organisation:
        addition = SearchAddition(
            prefetch=with_own_statements, add=add_to_organisation, shows={"statement": organisations_of}
        )
        add_to_records(declared.code, addition)
    elif declared.search and declared.model is not Statement:
        shows = {"statement": partial(said_about, declared.model)}
        add_to_records(
            declared.code, SearchAddition(prefetch=with_statements, add=add_to_subject, shows=shows)
        )


def register_all() -> None:
    follow_types(follow)

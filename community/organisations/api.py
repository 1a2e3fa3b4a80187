from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.pagination import RouterPaginated

from community.organisations.models import Organisation
from core.requests import SiteRequest

router = RouterPaginated(tags=["organisations"])


class OrganisationRow(Schema):
    """`place` and `country` are codes. `claimed`: at least one member speaks for the organisation."""

    id: int
    slug: str
    name: str
    kind: str
    place: str | None
    country: str | None
    claimed: bool
    url: str

    @staticmethod
    def resolve_place(row: Organisation) -> str | None:
        return row.place.code if row.place else None

    @staticmethod
    def resolve_country(row: Organisation) -> str | None:
        return row.country.code if row.country else None

    @staticmethod
    def resolve_claimed(row: Organisation) -> bool:
        return row.claimed_at is not None

    @staticmethod
    def resolve_url(row: Organisation) -> str:
        return row.get_absolute_url()


class StatementRow(Schema):
    """`kind` is does, offers or seeks. One of the texts may be empty."""

    kind: str
    text: str
    text_en: str


class OrganisationDetail(OrganisationRow):
    description: str
    description_en: str
    website: str
    statements: list[StatementRow]

    @staticmethod
    def resolve_statements(row: Organisation, context: dict) -> list[Any]:
        return list(row.statements.own().visible_to(context["request"].viewer).current().order_by("pk"))


@router.get("", response=list[OrganisationRow])
def organisations(request: SiteRequest, kind: str = "") -> QuerySet[Organisation]:
    found = Organisation.objects.visible_to(request.viewer).with_place().order_by("pk")
    return found.filter(kind=kind) if kind else found


@router.get("/{slug}", response=OrganisationDetail)
def organisation(request: SiteRequest, slug: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.viewer).with_place(), slug=slug)

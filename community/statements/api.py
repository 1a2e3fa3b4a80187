from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.pagination import RouterPaginated

from community.statements.models import Statement
from core.requests import SiteRequest

router = RouterPaginated(tags=["statements"])


class OrganisationName(Schema):
    slug: str
    name: str


class StatementRow(Schema):
    """`kind` is does, offers or seeks; terms are codes. One of the texts may be empty. `about` is the kind of subject
    that the statement belongs to, or null. `until` is its last day."""

    id: int
    kind: str
    capability: str | None
    text: str
    text_en: str
    organisation: OrganisationName
    about: str | None
    areas: list[str]
    technologies: list[str]
    until: date | None
    is_reference: bool
    url: str

    @staticmethod
    def resolve_capability(row: Statement) -> str | None:
        return row.capability.code if row.capability else None

    @staticmethod
    def resolve_about(row: Statement) -> str | None:
        return row.about.kind if row.about else None

    @staticmethod
    def resolve_areas(row: Statement) -> list[str]:
        return [area.code for area in row.areas.all()]

    @staticmethod
    def resolve_technologies(row: Statement) -> list[str]:
        return [technology.code for technology in row.technologies.all()]

    @staticmethod
    def resolve_url(row: Statement) -> str:
        return row.get_absolute_url()


def current_for(request: SiteRequest) -> QuerySet[Any]:
    visible = Statement.objects.visible_to(request.viewer).current().for_list()
    return visible.select_related("about").prefetch_related("technologies")


@router.get("", response=list[StatementRow])
def statements(request: SiteRequest, kind: str = "", capability: str = "") -> QuerySet[Any]:
    chosen = {"kind": kind, "capability__code": capability}
    return (
        current_for(request).filter(**{name: code for name, code in chosen.items() if code}).order_by("-pk")
    )


@router.get("/{int:pk}", response=StatementRow)
def statement(request: SiteRequest, pk: int) -> Statement:
    return get_object_or_404(current_for(request), pk=pk)

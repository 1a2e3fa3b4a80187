from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.pagination import RouterPaginated

from core.requests import SiteRequest
from knowledge.models import KnowledgePage, Work

router = RouterPaginated(tags=["works"])


class PageRow(Schema):
    """A work in one language. Areas are codes."""

    language: str
    title: str
    summary: str
    areas: list[str]
    first_published_at: datetime | None
    last_published_at: datetime | None
    url: str

    @staticmethod
    def resolve_areas(row: KnowledgePage) -> list[str]:
        return [area.code for area in row.areas.all()]

    @staticmethod
    def resolve_url(row: KnowledgePage) -> str:
        return row.url or ""


class WorkRow(Schema):
    """A use case, guide or article, with a page for each language it is published in."""

    id: int
    kind: str
    pages: list[PageRow]

    @staticmethod
    def resolve_pages(row: Work) -> list[KnowledgePage]:
        return list(row.pages.all())


@router.get("", response=list[WorkRow])
def works(request: SiteRequest, kind: str = "") -> QuerySet[Work]:
    found = Work.objects.visible_to(request.viewer).published().order_by("-pk")
    return found.filter(kind=kind) if kind else found


@router.get("/{int:pk}", response=WorkRow)
def work(request: SiteRequest, pk: int) -> Work:
    return get_object_or_404(Work.objects.visible_to(request.viewer).published(), pk=pk)

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.pagination import RouterPaginated

from community.participation.models import Participation, Result
from community.projects.models import Project
from community.statements.models import Statement
from community.statements.search import text_of
from core.requests import SiteRequest

router = RouterPaginated(tags=["projects"])


class Named(Schema):
    slug: str
    name: str


class ProjectRow(Schema):
    """Terms are codes. `live` is false for a draft, which is listed only for viewers who may edit it. `is_reference`:
    the project comes from a published inventory. `offers` and `seeks` are the sentences of its statements, one a line;
    `/statements` has all of each."""

    id: int
    title: str
    benefit: str
    stage: str
    language: str
    organisation: Named
    areas: list[str]
    technologies: list[str]
    offers: str
    seeks: str
    live: bool
    is_reference: bool
    first_published_at: datetime | None
    url: str

    @staticmethod
    def resolve_offers(row: Project) -> str:
        return text_of(row.subject.statements.all(), "offers", row.language)

    @staticmethod
    def resolve_seeks(row: Project) -> str:
        return text_of(row.subject.statements.all(), "seeks", row.language)

    @staticmethod
    def resolve_areas(row: Project) -> list[str]:
        return [area.code for area in row.areas.all()]

    @staticmethod
    def resolve_technologies(row: Project) -> list[str]:
        return [technology.code for technology in row.technologies.all()]

    @staticmethod
    def resolve_url(row: Project) -> str:
        return row.get_absolute_url()


class ResultRow(Schema):
    """A measured result: a `value`, or `low` and `high`. `measure` and `unit` are codes, or words where `measure` is
    empty. `direction` says which way the measured quantity should go. Months are written "2025-03"."""

    measure: str
    other_measure: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    direction: str
    baseline: str
    how_measured: str
    n: int | None
    period_start: str
    period_end: str

    @staticmethod
    def resolve_measure(row: Result) -> str:
        return row.measure.code if row.measure else ""


class ParticipationRow(Schema):
    """The participation of an organisation. “We do this too” is the role adopter."""

    organisation: Named
    role: str
    stage: str
    note: str
    results: str
    measured_results: list[ResultRow]

    @staticmethod
    def resolve_measured_results(row: Participation) -> list[Result]:
        return list(row.measured_results.all())


class ProjectDetail(ProjectRow):
    description: str
    story: dict[str, str]
    facts: dict[str, Any]
    participations: list[ParticipationRow]

    @staticmethod
    def resolve_story(row: Project) -> dict[str, str]:
        return {name: getattr(row, name) for name in row.STORY_FIELDS}

    @staticmethod
    def resolve_participations(row: Project, context: dict) -> list[Participation]:
        visible = row.subject.participations.visible_to(context["request"].viewer)
        return list(visible.with_organisations().with_results())


def seen_by(request: SiteRequest) -> QuerySet[Project]:
    statements = Statement.objects.visible_to(request.viewer).current().order_by("pk")
    found = Project.objects.visible_to(request.viewer).for_cards()
    return found.prefetch_related("technologies", Prefetch("subject__statements", statements))


@router.get("", response=list[ProjectRow])
def projects(request: SiteRequest, stage: str = "") -> QuerySet[Project]:
    found = seen_by(request)
    return (found.filter(stage=stage) if stage else found).order_by("-pk")


@router.get("/{int:pk}", response=ProjectDetail)
def project(request: SiteRequest, pk: int) -> Project:
    return get_object_or_404(seen_by(request), pk=pk)

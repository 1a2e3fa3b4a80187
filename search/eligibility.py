"""What may stand in the index: for each model a predicate on an object and the queryset that says the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value

from community.organisations.models import Organisation, Statement
from community.participation.models import Participation
from community.projects.models import Project
from core.audience import PUBLIC
from knowledge.models import Area, KnowledgePage, Technology, Work

_PLACE = ("parent", "parent__parent", "parent__parent__parent")
_NOBODY = frozenset[str]()
_ANY = Value("")


def _place(path: str) -> list[str]:
    return [path, *(f"{path}__{line}" for line in _PLACE)]


def _terms() -> list[Prefetch]:
    return [
        Prefetch("areas", Area.objects.select_related("parent")),
        Prefetch("technologies", Technology.objects.select_related("parent__parent")),
    ]


def _participations() -> Prefetch:
    """Participations of organisations that everybody sees. All who see a record read their names in it."""
    public = Participation.objects.filter(organisation__subject__audience__meets=[PUBLIC])
    organisations = public.select_related("organisation", *_place("organisation__place"))
    return Prefetch("subject__participations", organisations.order_by("pk"))


def project_is_indexable(project: Project) -> bool:
    return bool(project.live and project.audience)


def indexable_projects() -> QuerySet[Project]:
    return (
        Project.objects.filter(live=True)
        .exclude(subject__audience=_NOBODY)
        .select_related("subject", "organisation", "provenance", "organisation__country")
        .select_related(*_place("place"), *_place("organisation__place"))
        .prefetch_related(*_terms(), "themes", "tagged_items__tag", _participations())
    )


def published_projects() -> QuerySet[Any]:
    return Project.objects.filter(live=True).annotate(read_in=_ANY)


def organisation_is_indexable(organisation: Organisation) -> bool:
    return bool(organisation.audience)


def indexable_organisations() -> QuerySet[Organisation]:
    return (
        Organisation.objects.exclude(subject__audience=_NOBODY)
        .select_related("subject", "country", *_place("place"))
        .prefetch_related(Prefetch("statements", Statement.objects.prefetch_related(*_terms())))
    )


def published_organisations() -> QuerySet[Any]:
    return Organisation.objects.annotate(read_in=_ANY)


def work_is_indexable(work: Work) -> bool:
    return bool(work.audience) and any(page.live for page in work.pages.all())


def indexable_works() -> QuerySet[Work]:
    """With the live pages only."""
    live = KnowledgePage.objects.live()
    pages = (
        live.specific().select_related("locale").prefetch_related(*_terms(), "themes", "tagged_items__tag")
    )
    return (
        Work.objects.filter(Exists(live.filter(work=OuterRef("pk"))))
        .exclude(subject__audience=_NOBODY)
        .select_related("subject")
        .prefetch_related(Prefetch("pages", pages), _participations())
    )


def published_works() -> QuerySet[Any]:
    return Work.objects.filter(pages__live=True).annotate(read_in=F("pages__locale__language_code"))


def shown_with_organisations(organisation_ids: Iterable[int]) -> dict[str, list[int]]:
    """Source → ids of what names these organisations."""
    ids = list(organisation_ids)
    projects = Project.objects.filter(
        Q(organisation__in=ids) | Q(subject__participations__organisation__in=ids)
    )
    works = Work.objects.filter(subject__participations__organisation__in=ids)
    return {
        "project": list(projects.values_list("pk", flat=True).distinct()),
        "work": list(works.values_list("pk", flat=True).distinct()),
    }

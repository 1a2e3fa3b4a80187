"""The kind of subject of this package."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.projects.models import Project
from community.projects.search import SEARCH
from core.audience import ANONYMOUS
from subjects.listings import ApiRoutes, Sitemap, UrlRoutes
from subjects.types import SubjectType, register


def language_of_project(project: Project) -> str:
    return project.language


def authors_of_projects(ids: Collection[int]) -> dict[int, set[int]]:
    """The member who wrote each project."""
    authors = Project.objects.filter(pk__in=ids, author__isnull=False).values_list("pk", "author")
    return {pk: {author} for pk, author in authors}


def public_projects() -> QuerySet[Any]:
    public = Project.objects.visible_to(ANONYMOUS).filter(live=True)
    return public.only("pk", "last_published_at").order_by("pk")


PROJECT = SubjectType(
    code="project",
    model=Project,
    label=_("Project"),
    label_plural=_("Projects"),
    language=language_of_project,
    responsible=authors_of_projects,
    position=20,
    urls=UrlRoutes(_("projects/"), "community.projects.urls"),
    search=SEARCH,
    sitemap=Sitemap("projects", public_projects),
    feed=None,
    api=ApiRoutes("/projects", "community.projects.api.router"),
)


def register_all() -> None:
    register(PROJECT)

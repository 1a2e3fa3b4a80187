"""How projects are found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext_lazy as _

from community.organisations.search import ORGANISATION_KIND, kind_labels, owner_fields, place_of
from community.projects.models import Project
from community.projects.signals import projects_changed
from core.records import SearchRecord, Text
from core.rich_text import plain_text
from knowledge.records import (
    AREA,
    COUNTRY,
    PLACE,
    STAGE,
    TECHNOLOGY,
    THEME,
    broader,
    codes_of,
    keywords_of,
    known_language,
    line_of,
    place_fields,
    stated,
    with_place,
    with_terms,
)
from subjects.listings import addresses_of
from subjects.search import RecordKind, SearchSource


def indexable_projects() -> QuerySet[Project]:
    return (
        Project.objects.filter(live=True)
        .exclude(subject__audience=frozenset())
        .select_related("subject", "organisation", "provenance", "organisation__country")
        .select_related(*with_place("place"), *with_place("organisation__place"))
        .prefetch_related(*with_terms(), "themes", "tagged_items__tag")
    )


def published_projects() -> QuerySet[Any]:
    return Project.objects.filter(live=True).annotate(read_in=Value(""))


def build_project(project: Project) -> SearchRecord:
    language = known_language(project.language)
    organisation = project.organisation
    place = project.place or place_of(organisation)
    areas, technologies = broader(project.areas.all()), broader(project.technologies.all())
    themes = list(project.themes.all())
    tags = [item.tag.name for item in project.tagged_items.all()]
    texts = [project.description, project.stop_reason, *stated(project)]
    return SearchRecord(
        kind="project",
        id=project.pk,
        texts={
            language: Text(
                title=project.title,
                summary=project.benefit,
                body="\n\n".join(plain_text(text) for text in texts if text),
            )
        },
        language=language,
        audience=project.audience,
        urls=addresses_of(project),
        record_id=project.provenance.record_id if hasattr(project, "provenance") else "",
        keywords=keywords_of(
            [*areas, *technologies, *themes, *line_of(place)],
            [*kind_labels(organisation), *tags],
        ),
        areas=codes_of(areas),
        technologies=codes_of(technologies),
        themes=codes_of(themes),
        tags=tuple(tags),
        stage=project.stage,
        **place_fields(place),
        **owner_fields(organisation),
        reference=project.is_reference,
        published=project.first_published_at or project.created_at,
        updated=project.last_published_at or project.updated_at,
    )


def projects_of(organisation_ids: Collection[int]) -> Iterable[int]:
    """The projects that organisations own."""
    return Project.objects.filter(organisation__in=organisation_ids).values_list("pk", flat=True)


SEARCH = SearchSource(
    kinds=(
        RecordKind(
            code="project",
            label=_("Project"),
            label_plural=_("Projects"),
            icon="project",
            is_evidence=True,
            is_resembled=True,
        ),
    ),
    indexable=indexable_projects,
    published=published_projects,
    build=build_project,
    changed=projects_changed,
    facets=(AREA, TECHNOLOGY, STAGE, COUNTRY, PLACE, ORGANISATION_KIND, THEME),
    shows={"organisation": projects_of},
)

"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver
from wagtail.signals import published, unpublished

from community.projects.models import Project, TaggedProject
from community.projects.receivers import DRAFT_FIELDS
from core import topics
from core.row_changes import Change, on_change


def topics_of(project: Project) -> tuple[str, ...]:
    """The project's page, its organisation's page, the list of projects, and the list of organisations, which counts
    projects. Records from published inventories have their own list."""
    return (
        topics.subject("project", project.pk),
        topics.subject("organisation", project.organisation_id),
        topics.listing("reference" if project.is_reference else "project"),
        topics.listing("organisation"),
    )


def topics_of_project(project: Project, change: Change) -> Iterable[str]:
    """No page for visitors shows a draft."""
    return topics_of(project) if project.live else ()


@receiver([published, unpublished], sender=Project)
def publication_changed(sender: type, instance: Project, **kwargs: Any) -> None:
    topics.invalidate(*topics_of(instance))


def invalidate_references(projects: Iterable[Project], organisation_ids: Iterable[int]) -> None:
    """Invalidate after a bulk write of inventory records, which sends no signal. `organisation_ids`: the organisations
    that own the projects or take part in them, before and after."""
    topics.invalidate(
        topics.listing("reference"),
        topics.listing("organisation"),
        *(topics.subject("project", project.pk) for project in projects),
        *(topics.subject("organisation", pk) for pk in organisation_ids),
    )


on_change(Project, topics_of_project, ignore=DRAFT_FIELDS)
on_change(TaggedProject, lambda tagged, change: topics_of_project(tagged.content_object, change))

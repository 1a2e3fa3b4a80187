"""What differs between two versions of a project, in words a reader knows."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.models import Place, Stage, Story
from knowledge.models.taxonomy import Term

from community.projects.models import Project

TEXTS = ("title", "benefit", "stop_reason", "offers", "seeks", "language", "description", *Story.STORY_FIELDS)
TERMS = ("areas", "technologies", "themes")


@dataclass(frozen=True)
class Change:
    """One part that differs: its name, and how it read before and after."""

    label: str
    before: str
    after: str


def changes_between(older: Project, newer: Project) -> list[Change]:
    """In the card's order; empty when nothing a reader sees differs."""
    return [
        Change(label, before, after)
        for (label, before), (_label, after) in zip(reading(older), reading(newer), strict=True)
        if before != after
    ]


def reading(project: Project) -> list[tuple[str, str]]:
    """Every part of a version as (name, text)."""
    parts = [(label(name), str(getattr(project, name))) for name in TEXTS]
    parts.insert(2, (label("stage"), str(Stage(project.stage).label) if project.stage else ""))
    place: Place | None = project.place
    parts.append((label("place"), place.label if place else ""))
    for name in TERMS:
        terms: list[Term] = list(getattr(project, name).all())
        parts.append((label(name), ", ".join(sorted(term.label for term in terms))))
    parts.append((label("tags"), ", ".join(sorted(tag.name for tag in project.tags.all()))))
    return parts


def label(name: str) -> str:
    return str(Project._meta.get_field(name).verbose_name)

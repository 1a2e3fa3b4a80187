"""The card of a project and its story as one value, which forms, imports and tests pass to the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from community.members.models import Member
from community.projects.models import Project
from knowledge.models import Area, Place, Story, Technology, Theme


@dataclass(frozen=True, kw_only=True)
class Card:
    """All input about a project. Terms are instances; texts are Markdown."""

    title: str
    stage: str
    benefit: str = ""
    stop_reason: str = ""
    areas: Sequence[Area] = ()
    technologies: Sequence[Technology] = ()
    themes: Sequence[Theme] = ()
    tags: Sequence[str] = ()
    place: Place | None = None
    contact: Member | None = None
    language: str = "sv"
    description: str = ""
    story: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    TERMS = ("areas", "technologies", "themes")

    def markdown(self) -> list[str]:
        return [self.description, *self.story.values()]

    def write_to(self, project: Project) -> None:
        """Set all fields on the instance. Nothing is saved."""
        for part in fields(self):
            if part.name not in (*self.TERMS, "tags", "story", "facts"):
                setattr(project, part.name, getattr(self, part.name))
        for name in Story.STORY_FIELDS:
            setattr(project, name, self.story.get(name, ""))
        project.facts = self.facts
        for name in self.TERMS:
            getattr(project, name).set(getattr(self, name))
        self._write_tags_to(project)

    def _write_tags_to(self, project: Project) -> None:
        """Change only the tags that differ. Taggit would query, delete and write each of them again."""
        items = {item.tag.name.lower(): item for item in project.tagged_items.select_related("tag")}
        wanted = {name.lower(): name for name in self.tags}
        if items.keys() != wanted.keys():
            project.tagged_items.set([items[name] for name in wanted if name in items])
            project.tags.add(*(tag for name, tag in wanted.items() if name not in items))

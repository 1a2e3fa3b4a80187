"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.signals import Fact


@dataclass(frozen=True)
class ProjectsChanged:
    """STATE: these projects were created, deleted, or changed in a way that readers see. May repeat."""

    project_ids: tuple[int, ...]


projects_changed = Signal()


@dataclass(frozen=True)
class ProjectPosted:
    """FACT: a member's project became public for the first time."""

    project_id: int


project_posted = Fact()


@dataclass(frozen=True)
class TookPart:
    """FACT: an organisation takes part in a project or a work."""

    participation_id: int


took_part = Fact()

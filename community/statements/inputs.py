"""A statement as one value, which forms, imports and tests pass to the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from community.members.models import Member
from knowledge.models import Area, Capability, Technology
from subjects.models import Visibility


@dataclass(frozen=True, kw_only=True)
class StatementInput:
    """All input about a statement. Terms are instances. One of the texts may be empty."""

    kind: str
    text: str = ""
    text_en: str = ""
    capability: Capability | None = None
    areas: Sequence[Area] = ()
    technologies: Sequence[Technology] = ()
    until: date | None = None
    contact: Member | None = None
    visibility: str = Visibility.PUBLIC

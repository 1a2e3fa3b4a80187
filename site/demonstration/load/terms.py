from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demonstration.entries import Entry
from knowledge.models import Area, Capability, Place, Technology, Theme


@dataclass(frozen=True)
class Terms:
    """The vocabulary by code, read once."""

    areas: dict[str, Area]
    technologies: dict[str, Technology]
    themes: dict[str, Theme]
    places: dict[str, Place]
    capabilities: dict[str, Capability]

    @classmethod
    def read(cls) -> Terms:
        return cls(
            areas={area.code: area for area in Area.objects.all()},
            technologies={technology.code: technology for technology in Technology.objects.all()},
            themes={theme.code: theme for theme in Theme.objects.all()},
            places={place.code: place for place in Place.objects.select_related("parent__parent__parent")},
            capabilities={capability.code: capability for capability in Capability.objects.all()},
        )

    def of(self, entry: Entry, names: Sequence[str] = ("areas", "technologies", "themes")) -> dict[str, Any]:
        """The terms an entry names, by field."""
        return {name: [getattr(self, name)[code] for code in entry.get(name, [])] for name in names}

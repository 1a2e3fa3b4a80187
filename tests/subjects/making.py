"""Toys for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.factories import MemberFactory
from tests.subjects.toy.models import Toy


def make_toy(name: str = "Painted locomotive", material: str = "wood", day: int = 1) -> Toy:
    """Create a toy that is lent from this day of December, with an author of its own."""
    return Toy.objects.create(
        name=name, material=material, lent_from=datetime(2026, 12, day, tzinfo=UTC), author=MemberFactory()
    )

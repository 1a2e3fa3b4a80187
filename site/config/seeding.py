"""What an empty database needs, in order; after every migrate, and after every flush of a test."""

from __future__ import annotations

from typing import Any

from community.organisations.seeding import seed_organisations
from knowledge.seeding import seed_site, seed_taxonomy


def seed(sender: Any, **kwargs: Any) -> None:
    seed_taxonomy()
    seed_site()
    seed_organisations()

"""Creates the Swedish municipalities and regions, unclaimed. Idempotent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.utils.text import slugify

from community.organisations.models import Alias, Organisation
from community.organisations.names import name_key
from core.csv_files import read_rows
from knowledge.models import Place
from subjects.services import create_subjects

SEED = Path(__file__).parent / "seed"
FILE = SEED / "swedish_public_bodies.csv"


def seed_organisations() -> None:
    """Add the public bodies whose code is missing. The places must exist."""
    rows = read_rows(FILE)
    known = set(Organisation.objects.exclude(code=None).values_list("code", flat=True))
    missing = [row for row in rows if row["code"] not in known]
    places = dict(
        Place.objects.filter(code__in=[row["place"] for row in missing] + ["SE"]).values_list("code", "pk")
    )
    slugs = Counter(slugify(row["name"]) for row in rows)
    added = [
        Organisation(
            code=row["code"],
            name=row["name"],
            slug=seeded_slug(row, slugs),
            key=name_key(row["name"]),
            kind=row["kind"],
            place_id=places[row["place"]],
            country_id=places["SE"],
        )
        for row in missing
    ]
    create_subjects(added)
    Organisation.objects.bulk_create(added, batch_size=200)
    seed_aliases()


def seed_aliases() -> None:
    """Add the other names that are missing."""
    rows = read_rows(SEED / "aliases.csv")
    ids = dict(Organisation.objects.filter(code__in=[row["code"] for row in rows]).values_list("code", "pk"))
    aliases = [
        Alias(organisation_id=ids[row["code"]], name=row["name"], key=name_key(row["name"]))
        for row in rows
        if row["code"] in ids
    ]
    Alias.objects.bulk_create(aliases, ignore_conflicts=True)


def seeded_slug(row: dict[str, str], slugs: Counter[str]) -> str:
    """The name's slug, with the code after it where two names share the slug (Habo, Håbo)."""
    slug = slugify(row["name"])
    return slug if slugs[slug] == 1 else f"{slug}-{row['code']}"

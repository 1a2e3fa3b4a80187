"""Slugs of organisations."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.urls import resolve, reverse
from django.utils.text import slugify
from django.utils.translation import override


def free_slug(name: str, taken: Collection[str]) -> str:
    """Return a slug for `name` that is not taken and that no other page of the site uses."""
    base = base_slug(name)
    slug, number = base, 1
    while slug in taken or leads_elsewhere(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def base_slug(name: str) -> str:
    """Return the beginning of the slug for `name`, before a number makes it unique."""
    return slugify(name)[:100].strip("-") or "organisation"


def leads_elsewhere(slug: str) -> bool:
    """Whether the address of an organisation with this slug would be that of another page of the site, such as "mina",
    in one of the languages."""
    for code, _name in settings.LANGUAGES:
        with override(code):
            found = resolve(reverse("organisations:organisation", args=[slug]))
            if found.view_name != "organisations:organisation":
                return True
    return False

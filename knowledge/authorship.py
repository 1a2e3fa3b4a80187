"""Rules by which a page's writer stops being its author. A package above registers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

AuthorshipRule = Callable[[int], QuerySet[Any]]
"""Takes the id of a member. Returns the ids of works that the member is no longer an author of."""

_rules: list[AuthorshipRule] = []


def ends_authorship(rule: AuthorshipRule) -> AuthorshipRule:
    """Register a rule. May be called twice with the same; usable as a decorator."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


def works_left(member_id: int) -> list[QuerySet[Any]]:
    """Return one queryset of work ids for each rule."""
    return [rule(member_id) for rule in _rules]


def has_left(member_id: int, work_id: int | None) -> bool:
    """Return whether a rule says that the member is no longer an author of the work."""
    return any(works.filter(pk=work_id).exists() for works in works_left(member_id))

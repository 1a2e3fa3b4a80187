from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("search/later.html")
def similar_to(kind: str, subject_id: int) -> dict[str, Any]:
    """The place of what resembles the record. A browser fetches it after the page; without JavaScript it is a link."""
    return {"view": "search:similar", "kind": kind, "subject_id": subject_id}


@register.inclusion_tag("search/later.html")
def partners_for(kind: str, subject_id: int) -> dict[str, Any]:
    """The place of organisations that would be good partners for the record, likewise."""
    return {"view": "search:partners", "kind": kind, "subject_id": subject_id}

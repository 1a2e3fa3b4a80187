from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("search/later.html")
def similar_to(kind: str, subject_id: int) -> dict[str, Any]:
    """The placeholder for similar records. A browser fetches them after the page; without JavaScript it is a link."""
    return {"view": "search:similar", "kind": kind, "subject_id": subject_id}


@register.inclusion_tag("search/later.html")
def partners_for(kind: str, subject_id: int) -> dict[str, Any]:
    """The placeholder for possible partners of the record, which works in the same way."""
    return {"view": "search:partners", "kind": kind, "subject_id": subject_id}

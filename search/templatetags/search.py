from __future__ import annotations

from typing import Any

from django import template

from search import cards
from search.failover import finder
from search.requests import MatchRequest, SimilarRequest

register = template.Library()

FEW = 4


@register.inclusion_tag("search/similar.html", takes_context=True)
def similar_to(context: dict[str, Any], kind: str, subject_id: int) -> dict[str, Any]:
    """What resembles the record and the viewer may see."""
    request = SimilarRequest(
        kind=kind, id=subject_id, language=cards.language(), viewer=context["request"].viewer.tokens, size=FEW
    )
    return {"cards": [cards.card(hit) for hit in finder().similar(request)]}


@register.inclusion_tag("search/partners.html", takes_context=True)
def partners_for(context: dict[str, Any], kind: str, subject_id: int) -> dict[str, Any]:
    """Organisations that would be good partners for the record, with why."""
    request = MatchRequest(
        kind=kind, id=subject_id, language=cards.language(), viewer=context["request"].viewer.tokens, size=FEW
    )
    return {"partners": cards.partners(finder().match(request))}

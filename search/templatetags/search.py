from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import template

from search import cards
from search.failover import finder
from search.permission_filter import hits_seen, matches_seen
from search.remembered import remembered, telling
from search.requests import MatchRequest, SimilarRequest

register = template.Library()

FEW, CANDIDATES = 4, 20

Request = TypeVar("Request", SimilarRequest, MatchRequest)
Answer = TypeVar("Answer")


@register.inclusion_tag("search/similar.html", takes_context=True)
def similar_to(context: dict[str, Any], kind: str, subject_id: int) -> dict[str, Any]:
    """What resembles the record and the viewer may see."""
    hits = asked(finder().similar, SimilarRequest(kind=kind, id=subject_id, **reader(context)))
    seen = hits_seen(hits, context["request"].viewer.tokens)
    return {"cards": [cards.card(hit) for hit in seen]}


@register.inclusion_tag("search/partners.html", takes_context=True)
def partners_for(context: dict[str, Any], kind: str, subject_id: int) -> dict[str, Any]:
    """Organisations that would be good partners for the record, with why."""
    matches = asked(
        finder().match, MatchRequest(kind=kind, id=subject_id, **reader(context) | {"size": CANDIDATES})
    )
    seen = matches_seen(matches, context["request"].viewer.tokens)
    return {"partners": cards.partners(seen)}


def reader(context: dict[str, Any]) -> dict[str, Any]:
    return {"language": cards.language(), "viewer": telling(context["request"].viewer.tokens), "size": FEW}


def asked(find: Callable[[Request], Answer], request: Request) -> Answer:
    about = (type(request).__name__, request.kind, request.id, request.language, sorted(request.viewer))
    return remembered(lambda: find(request), *about)

"""Lists from the index beside a subject's page: similar records and possible partners. Both take as long as a
search, so a page links to them, and a browser fetches them as fragments after the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core import topics
from core.requests import SiteRequest
from search import cards
from search.cached import cached, tokens_in_use
from search.failover import finder
from search.permission_filter import hits_seen, is_subject_seen, matches_seen
from search.requests import MatchRequest, SimilarRequest
from search.sources import source_of_kind, sources

FEW, CANDIDATES = 4, 20

Request = TypeVar("Request", SimilarRequest, MatchRequest)
Answer = TypeVar("Answer")


@require_safe
@vary_on_headers("HX-Request")
def similar(request: SiteRequest, kind: str, pk: int) -> HttpResponse:
    """Similar records that the viewer may see; empty for a record that the viewer may not see."""
    viewer, found = request.viewer.tokens, []
    if is_subject_seen(kind, pk, viewer):
        hits = ask(finder().similar, SimilarRequest(kind=kind, id=pk, size=FEW, **reader(viewer)))
        found = [cards.card(hit) for hit in hits_seen(hits, viewer)]
    return beside(request, "search/similar.html", kind, pk, {"cards": found})


@require_safe
@vary_on_headers("HX-Request")
def partners(request: SiteRequest, kind: str, pk: int) -> HttpResponse:
    """Organisations that would be good partners for the record, with reasons; empty in the same case."""
    viewer, found = request.viewer.tokens, []
    if is_subject_seen(kind, pk, viewer):
        matches = ask(finder().match, MatchRequest(kind=kind, id=pk, size=CANDIDATES, **reader(viewer)))
        found = cards.partners(matches_seen(matches, viewer))
    return beside(request, "search/partners.html", kind, pk, {"partners": found})


def beside(request: SiteRequest, template: str, kind: str, pk: int, shown: dict[str, Any]) -> HttpResponse:
    """The fragment for htmx, else a page with it. The page depends on the index and on the visibility of records."""
    if request.htmx:
        return render(request, template, shown)
    topics.page_uses(topics.SEARCH, *(topics.listing(source.name) for source in sources()))
    topics.page_uses(topics.listing("reference"))
    is_any = any(shown.values())
    source = source_of_kind(kind)
    subject = source.indexable().filter(pk=pk).first() if source and is_any else None
    context = {**shown, "template": template, "is_any": is_any, "subject": subject}
    return render(request, "search/beside.html", context)


def reader(viewer: frozenset[str]) -> dict[str, Any]:
    return {"language": cards.language(), "viewer": tokens_in_use(viewer)}


def ask(find: Callable[[Request], Answer], request: Request) -> Answer:
    about = (type(request).__name__, request.kind, request.id, request.language, sorted(request.viewer))
    return cached(lambda: find(request), *about)

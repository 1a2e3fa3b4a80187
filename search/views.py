from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from foundation.audience import Viewer
from search import cards
from search.failover import finder
from search.labels import FACET_NAMES
from search.limits import SEARCHING
from search.requests import NEWEST, RELEVANCE, SORTS, SearchRequest, clean
from search.rights import page_seen, suggestions_seen


class Asked(HttpRequest):
    """A request as the middleware hands it on."""

    viewer: Viewer
    htmx: HtmxDetails


@require_safe
@vary_on_headers("HX-Request")
def search(request: Asked) -> HttpResponse:
    """One page over everything; htmx gets the results alone, from the same template."""
    SEARCHING.apply(request)
    asked = SearchRequest.from_query(request.GET, language=cards.language(), viewer=request.viewer.tokens)
    page = page_seen(finder().search(asked), asked.viewer)
    context = {
        "asked": asked,
        "page": page,
        "cards": [cards.card(hit) for hit in page.hits],
        "facets": [
            {
                "name": facet.name,
                "legend": FACET_NAMES[facet.name],
                "open": bool(facet.chosen) or facet.name in ("kind", "area", "stage"),
                "options": [
                    {
                        "code": value.code,
                        "label": "\u2003" * value.depth + value.label,
                        "count": value.count,
                        "selected": value.chosen,
                    }
                    for value in facet.values
                ],
            }
            for facet in page.facets
        ],
        "chips": [
            {"label": value.label, "href": _address(asked.with_choice(facet.name, value.code))}
            for facet, value in page.chosen
        ],
        "without_choices": _address(SearchRequest(text=asked.text)),
        "sorts": [
            {"code": sort, "chosen": sort == asked.sort, "href": _address(asked.sorted_by(sort))}
            for sort in SORTS
        ],
        "previous": _address(asked, page=page.page - 1) if page.page > 1 else "",
        "next": _address(asked, page=page.page + 1) if page.page < page.pages else "",
        "relevance": RELEVANCE,
        "newest": NEWEST,
    }
    fragment = request.htmx and not request.htmx.boosted
    return render(request, "search/found.html" if fragment else "search/search.html", context)


@require_safe
def suggest(request: Asked) -> HttpResponse:
    """A list of titles that begin like what is typed, as a fragment."""
    SEARCHING.apply(request)
    text = clean(request.GET.get("q", ""))
    viewer = request.viewer.tokens
    found = suggestions_seen(finder().suggest(text, cards.language(), viewer), viewer)
    return render(request, "search/suggestions.html", {"suggestions": found, "language": cards.language()})


def _address(asked: SearchRequest, page: int = 1) -> str:
    pairs = asked.pairs() + ([("page", str(page))] if page > 1 else [])
    return "?" + urlencode(pairs)

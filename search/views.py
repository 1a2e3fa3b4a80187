from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core import topics
from core.listing import Facet, Option, address, filters_of
from core.requests import SiteRequest
from search import cards, results
from search.failover import finder
from search.limits import SEARCHING
from search.permission_filter import page_seen, suggestions_seen
from search.requests import SearchRequest, clean
from search.sources import RELEVANCE, facets, kinds_that, record_kinds, sorts, sources
from search.words.tokens import words

ALIKE = 3
"""Similar titles shown beside a form."""


@require_safe
@vary_on_headers("HX-Request")
def search(request: SiteRequest) -> HttpResponse:
    """The search page. htmx gets only the results, from the same template."""
    SEARCHING.apply(request)
    topics.page_uses(topics.SEARCH, *(topics.listing(source.name) for source in sources()))
    topics.page_uses(topics.listing("reference"))
    asked = SearchRequest.from_query(request.GET, language=cards.language(), viewer=request.viewer.tokens)
    cleared = SearchRequest(text=asked.text)
    orders = {RELEVANCE: _("Best match first")} | {code: str(sort.label) for code, sort in sorts().items()}
    context: dict[str, Any] = {"asked": asked, "is_wordless": asked.text and not any(words(asked.text))}
    if context["is_wordless"]:
        context["filters"] = filters_of(asked, (), orders, cleared=cleared)
    else:
        page = page_seen(finder().search(asked), asked.viewer)
        context |= {
            "page": page,
            "cards": [cards.card(hit) for hit in page.hits],
            "filters": filters_of(asked, map(_shown, page.facets), orders, cleared=cleared),
            "is_sortable": asked.text and page.total > 1,
            "previous": address(asked, page=str(page.page - 1)) if page.page > 1 else "",
            "next": address(asked, page=str(page.page + 1)) if page.page < page.pages else "",
        }
    fragment = request.htmx and not request.htmx.boosted
    return render(request, "search/found.html" if fragment else "search/search.html", context)


@require_safe
def suggest(request: SiteRequest) -> HttpResponse:
    """Titles that begin with the typed text, as options for the list below a search field."""
    SEARCHING.apply(request)
    text = clean(request.GET.get("q", ""))
    viewer, language, kinds = request.viewer.tokens, cards.language(), record_kinds()
    suggestions = [
        {
            "href": one.url,
            "text": one.text,
            "lang": one.language if one.language != language else "",
            "about": kinds[one.kind].label if one.kind in kinds else "",
        }
        for one in suggestions_seen(finder().suggest(text, language, viewer), viewer)
    ]
    return render(request, "partials/suggestions.html", {"suggestions": suggestions})


@require_safe
def alike(request: SiteRequest) -> HttpResponse:
    """Records that resemble the title in a form, of the kinds that are listed so. A fragment for that form."""
    SEARCHING.apply(request)
    asked = SearchRequest(
        text=request.GET.get("title", ""),
        language=cards.language(),
        viewer=request.viewer.tokens,
        filters={"kind": kinds_that("is_resembled")},
    )
    written = list(words(asked.text))
    hits = page_seen(finder().search(asked), asked.viewer).hits if written else ()
    # Records need two words in common with the title, or its only one.
    similar = [hit for hit in hits if hit.title.count("<mark>") >= min(2, len(written))]
    return render(request, "search/alike.html", {"cards": [cards.card(hit) for hit in similar[:ALIKE]]})


def _shown(facet: results.Facet) -> Facet:
    options = [
        Option(value.code, value.label, value.depth, value.count, value.chosen) for value in facet.values
    ]
    declared = facets()[facet.name]
    return Facet(facet.name, str(declared.label), options, bool(facet.chosen) or declared.is_open)

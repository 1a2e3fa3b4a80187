"""A page for each area of society and each technology, with its content, use cases first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override

from community.organisations.models import Organisation
from community.projects.models import Project
from core import topics
from core.requests import SiteRequest
from knowledge.models import Area, KnowledgePage, Technology

SHOWN = 6


def area(request: SiteRequest, code: str, slug: str) -> HttpResponse:
    return term_page(request, "area", get_object_or_404(Area.objects.with_broader(), code=code))


def technology(request: SiteRequest, code: str) -> HttpResponse:
    return term_page(request, "technology", get_object_or_404(Technology.objects.with_broader(), code=code))


def term_page(request: SiteRequest, facet: str, term: Area | Technology) -> HttpResponse:
    """The page of a term. Redirects to its present address if the label has changed or is in the other language."""
    if request.path != term.get_absolute_url():
        return redirect(term, permanent=True)
    topics.page_uses(*(topics.listing(kind) for kind in ("work", "project", "organisation")))
    request.addresses = addresses_of(term)
    chosen = {facet: [term.code]}
    found: dict[str, Any] = {
        kind: pages_of(kind).narrowed(chosen).for_cards()[:SHOWN] for kind in ("use_case", "guide", "article")
    }
    projects = Project.objects.visible_to(request.viewer).own().narrowed(chosen)
    found["project"] = projects.for_cards().with_counts().newest_first()[:SHOWN]
    organisations = Organisation.objects.visible_to(request.viewer).narrowed(chosen)
    found["organisation"] = organisations.with_place().with_counts().sorted_by("joined")[:SHOWN]
    context: dict[str, Any] = {
        "term": term,
        "facet": facet,
        "trail": [{"url": one.get_absolute_url(), "title": one.label} for one in term.line()[:0:-1]],
        "narrower": term.children.in_order(),
        "found": {kind: list(rows) for kind, rows in found.items()},
    }
    return render(request, "site/term.html", {**context, "is_empty": not any(context["found"].values())})


def pages_of(kind: str) -> Any:
    """Return the pages of the kind in the reader's language, and those that exist only in another."""
    return KnowledgePage.of_kind(kind).objects.in_language(get_language())


def addresses_of(term: Area | Technology) -> dict[str, str]:
    """Return the address of the term's page by language."""
    addresses = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            addresses[code] = term.get_absolute_url()
    return addresses

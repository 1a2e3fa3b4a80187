"""The sitemap: all public pages, in each of their languages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from community.projects.models import Project
from core.audience import ANONYMOUS
from core.own_address import site_address, whole_address
from knowledge.models import Area, KnowledgePage
from subjects.listings import Sitemap
from subjects.types import subject_types

PART = 5000
"""Entries of a file. A file may have 50,000 addresses, and each entry has one for each language."""
MOST_PARTS = 50_000
"""The most files of an index (sitemaps.org)."""


def areas() -> QuerySet[Any]:
    """Return the areas with public content, in the area itself or in a narrower one."""
    pages, projects_in = KnowledgePage.objects.live(), Project.objects.visible_to(ANONYMOUS).filter(live=True)
    used = Area.objects.filter(Q(knowledgepage__in=pages) | Q(projects__in=projects_in)).order_by()
    return Area.objects.filter(Q(pk__in=used) | Q(children__in=used)).distinct().order_by("pk")


def sitemaps() -> dict[str, Sitemap]:
    """Return all sitemaps by name: those that kinds of subject declare, and that of areas, which are not subjects."""
    declared = [one.sitemap for one in subject_types() if one.sitemap]
    return {sitemap.name: sitemap for sitemap in (*declared, Sitemap("areas", areas))}


def index(request: HttpRequest) -> HttpResponse:
    """List the files. One query for each kind."""
    parts = [
        whole_address(reverse("sitemap_part", args=[name, number]))
        for name, sitemap in sitemaps().items()
        for number in range(1, -(-sitemap.rows().count() // PART) + 1)
    ]
    return render(request, "site/sitemap_index.xml", {"parts": parts}, content_type="application/xml")


def part(request: HttpRequest, kind: str, part: int) -> HttpResponse:
    sitemap = sitemaps().get(kind)
    if sitemap is None or not 1 <= part <= MOST_PARTS:
        raise Http404
    things = list(sitemap.entries(sitemap.rows()[(part - 1) * PART : part * PART]))
    if not things and part > 1:
        raise Http404
    context = {"things": things, "root": site_address()}
    return render(request, "site/sitemap.xml", context, content_type="application/xml")

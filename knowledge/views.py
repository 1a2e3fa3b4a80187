"""Serves pages of the tree, and uploaded files and pictures, which have no other address."""

from __future__ import annotations

from copy import copy

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.images.models import Rendition
from wagtail.models import Site
from wagtail.views import serve

from core import topics
from core.audience import PUBLIC
from core.page_cache import cached_until_changed
from core.requests import SiteRequest
from knowledge.models import File, HomePage
from knowledge.pictures import sizes_on_pages

PICTURES = "images/"
A_MONTH = 30 * 24 * 3600


def page(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a page of the tree as Wagtail's own view does.

    Wagtail takes three queries for the site and the home page. Here they come from the cache, and are stored in the two
    attributes of the request that Wagtail reads.
    """
    name = f"home:{split_domain_port(request.get_host())[0]}:{get_language()}"
    site, home = cached_until_changed(name, lambda: site_and_home(request), topics.FRAME)
    request._wagtail_site = site  # type: ignore[attr-defined]
    try:
        route = copy(home).route(request, [part for part in path.split("/") if part])
    except Http404:
        route = None
    request._wagtail_route_for_request = route  # type: ignore[attr-defined]
    return serve(request, path)


def site_and_home(request: HttpRequest) -> tuple[Site, HomePage]:
    """Return Wagtail's site for the request's host, and its home page in the active language. Raises `Http404`."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site, site.root_page.localized.specific


@require_safe
def file(request: SiteRequest, pk: int) -> FileResponse:
    """Serve a file as a download, never inline. Browsers revalidate even a public copy, so that none outlives the
    permission."""
    files = File.objects.visible_to(request.viewer).select_related("collection")
    found: File = get_object_or_404(files, pk=pk)
    if found.collection.get_view_restrictions():
        raise Http404  # A collection that is private in the admin is closed to all, whatever the file's visibility.
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename)
    response["Cache-Control"] = "no-cache" if PUBLIC in found.audience else "private, no-store"
    return response


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """Serve a picture in a size that pages show, or for editors one that Wagtail's admin shows.

    The uploaded original is not served. (The proxy serves the sizes of pages itself: site/docker/proxy/site.conf.)
    """
    found = get_object_or_404(Rendition, file=PICTURES + name)
    is_public = found.filter_spec in sizes_on_pages()
    if not is_public and not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    response = FileResponse(found.file.open("rb"))
    response["Cache-Control"] = f"public, max-age={A_MONTH}, immutable" if is_public else "private, no-store"
    return response

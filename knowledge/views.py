"""Files and pictures: what was uploaded is reached through here or not at all."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.images.models import Rendition

from core.audience import PUBLIC
from core.requests import SiteRequest
from knowledge.models import File
from knowledge.pictures import sizes_on_pages

PICTURES = "images/"
A_MONTH = 30 * 24 * 3600


@require_safe
def file(request: SiteRequest, pk: int) -> FileResponse:
    """To take home, never shown within the site. No copy outlives the right: a public one is asked about each time."""
    files = File.objects.visible_to(request.viewer).select_related("collection")
    found: File = get_object_or_404(files, pk=pk)
    if found.collection.get_view_restrictions():
        raise Http404  # A folder closed in the admin is closed to all, whatever is said of the file.
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename)
    response["Cache-Control"] = "no-cache" if PUBLIC in found.audience else "private, no-store"
    return response


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """A size of a picture that pages show, or for editors one that Wagtail's admin shows. What was uploaded itself is
    not served. (The proxy serves the first kind by itself: site/docker/proxy/site.conf.)"""
    found = get_object_or_404(Rendition, file=PICTURES + name)
    is_public = found.filter_spec in sizes_on_pages()
    if not is_public and not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    response = FileResponse(found.file.open("rb"))
    response["Cache-Control"] = f"public, max-age={A_MONTH}, immutable" if is_public else "private, no-store"
    return response

"""The API returns what the site shows, as JSON. It is read-only. A client with a session sees what its member sees.

The endpoints of a package are in its `api.py`, on a router that the declaration of its kind of subject names. Lists are
returned in pages of fifty. Endpoints filter by `visible_to(request.viewer)` and make a constant number of queries.
Answers contain no e-mail address, and nothing that a page would not show.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from community.discussions.api import router as threads
from subjects.types import subject_types


class Api(NinjaAPI):
    """Forbids caching of its answers, because rights can change at any moment."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


# Ninja's interactive documentation is turned off, because it loads scripts from other hosts.
api = Api(title="Samverka", version="1", urls_namespace="api", docs_url=None)
for declared in subject_types():
    if declared.api:
        api.add_router(*declared.api)
api.add_router("/threads", threads)

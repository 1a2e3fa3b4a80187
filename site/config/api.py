"""The API: what the site shows, as JSON. Read-only. A client with a session sees what its member sees on the pages.

A package's endpoints are in its `api.py`, on a router that answers every list in pages of fifty; the declaration of a
kind of subject names it. Each asks
`visible_to(request.viewer)`, and the database equally often however much there is. No e-mail address, nor anything a
page would not show, is in an answer.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from community.discussions.api import router as threads
from subjects.types import subject_types


class Api(NinjaAPI):
    """Answers are for the client alone and are cached nowhere: rights may change at any moment."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


# The interactive pages of the framework load script from other hosts.
api = Api(title="Samverka", version="1", urls_namespace="api", docs_url=None)
for declared in subject_types():
    if declared.api:
        api.add_router(*declared.api)
api.add_router("/threads", threads)

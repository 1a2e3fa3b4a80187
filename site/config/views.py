from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the house on one page; mounted only where `COMPONENTS_PAGE` is set."""
    return render(request, "components.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"form_expired": True}, status=403)

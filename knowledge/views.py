from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement the law asks for, with a way to report failings."""
    return render(request, "knowledge/accessibility.html")


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "knowledge/about.html")

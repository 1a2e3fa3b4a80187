"""Whole addresses of the site's own pages, from `BASE_URL`; never from a request, which may name another port or write
the host in capitals."""

from __future__ import annotations

from django.conf import settings


def site_address() -> str:
    """Without a slash at its end."""
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")


def whole_address(path: str) -> str:
    return site_address() + path

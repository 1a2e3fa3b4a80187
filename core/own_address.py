"""Absolute URLs of the site's own pages, built from `BASE_URL`. A request is not used: it may name another port, or the
host in capitals."""

from __future__ import annotations

from django.conf import settings


def site_address() -> str:
    """Without a slash at its end."""
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")


def whole_address(path: str) -> str:
    return site_address() + path

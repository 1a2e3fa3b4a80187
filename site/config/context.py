"""What every page of the site shows besides its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from wagtail.models import Page

from knowledge.models import PlainPage, SectionPage

NAMES = {"sv": "Svenska", "en": "English"}


def site(request: HttpRequest) -> dict[str, Any]:
    """`site_sections` and `plain_pages` in the active language, `language_links`; read only when used."""
    return {
        "site_sections": SimpleLazyObject(sections),
        "plain_pages": SimpleLazyObject(plain_pages),
        "language_links": SimpleLazyObject(lambda: language_links(request)),
    }


def sections() -> list[SectionPage]:
    return list(SectionPage.objects.live().filter(locale__language_code=get_language()).order_by("path"))


def plain_pages() -> list[PlainPage]:
    return list(PlainPage.objects.live().filter(locale__language_code=get_language()).order_by("path"))


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """This very page in each language; a page without a translation leads to itself, not to the front door."""
    page = getattr(request, "wagtail_page", None)
    active = get_language()
    links = []
    for code, _name in settings.LANGUAGES:
        url = page_url(page, code) if page else translate_url(request.get_full_path(), code)
        links.append({"code": code, "label": NAMES[code], "url": url, "active": code == active})
    return links


def page_url(page: Page, code: str) -> str:
    translation = page.get_translations(inclusive=True).live().filter(locale__language_code=code).first()
    return (translation or page).url or "/"

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
    urls = page_urls(page) if page else {}
    active = get_language()
    return [
        {
            "code": code,
            "label": NAMES[code],
            "url": urls.get(code) or (page.url if page else translate_url(request.get_full_path(), code)),
            "active": code == active,
        }
        for code, _name in settings.LANGUAGES
    ]


def page_urls(page: Page) -> dict[str, str | None]:
    """The address of the page in each language it is live in. One query."""
    translations = page.get_translations(inclusive=True).live().select_related("locale")
    return {translation.locale.language_code: translation.url for translation in translations}

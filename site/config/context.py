"""What every page of the site shows besides its own content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from wagtail.models import Page

from config.page_cache import SECONDS, generation
from knowledge.models import PlainPage, SectionPage

NAMES = {"sv": "Svenska", "en": "English"}


@dataclass(frozen=True)
class Link:
    """A page in the frame. `lists` is the kind a section lists."""

    title: str
    url: str
    lists: str = ""


@dataclass(frozen=True)
class Frame:
    sections: list[Link]
    plain_pages: list[Link]


def site(request: HttpRequest) -> dict[str, Any]:
    """`site_sections` and `plain_pages` in the active language, `language_links`; read only when used."""
    frame = SimpleLazyObject(lambda: frame_in(get_language() or settings.LANGUAGE_CODE))
    return {
        "site_sections": SimpleLazyObject(lambda: frame.sections),
        "plain_pages": SimpleLazyObject(lambda: frame.plain_pages),
        "language_links": SimpleLazyObject(lambda: language_links(request)),
    }


def frame_in(language: str) -> Frame:
    """What stands around every page; kept until something public changes."""
    return cache.get_or_set(f"frame:{generation()}:{language}", lambda: read_frame(language), timeout=SECONDS)


def read_frame(language: str) -> Frame:
    sections = SectionPage.objects.live().filter(locale__language_code=language).order_by("path")
    plain_pages = PlainPage.objects.live().filter(locale__language_code=language).order_by("path")
    return Frame(
        [Link(page.title, page.url or "", page.lists) for page in sections],
        [Link(page.title, page.url or "") for page in plain_pages],
    )


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

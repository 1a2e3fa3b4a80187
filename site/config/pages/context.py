"""Context of every page: header, footer and what surrounds the content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language
from wagtail.models import Page

from config.pages.cookies import COOKIES
from config.pages.refused_texts import refused_texts
from core import topics
from core.audience import EDITORS, STAFF
from core.own_address import site_address
from core.page_cache import cached_until_changed
from core.requests import SiteRequest
from knowledge.models import TERMS_CODES, OperatorInfo, PlainCode, PlainPage, PolicyText, SectionPage
from knowledge.querysets import one_line

NAMES = {"sv": "Svenska", "en": "English"}


@dataclass(frozen=True)
class Link:
    """A page in the frame. `lists` is the kind a section lists, `code` that of a plain page."""

    title: str
    url: str
    lists: str = ""
    code: str = ""


@dataclass(frozen=True)
class Frame:
    """`versions` are the terms in force, as in `Member.policies_read`; `announced` are the coming ones."""

    sections: list[Link]
    plain_pages: list[Link]
    facts: OperatorInfo
    versions: str
    announced: str

    @property
    def published(self) -> str:
        return f"{self.versions} {self.announced}".strip()

    @property
    def policies(self) -> list[Link]:
        return [link for link in self.plain_pages if link.code in TERMS_CODES]

    @property
    def groups(self) -> list[list[Link]]:
        """The links of the footer: about the site, then its terms."""
        rules = (*TERMS_CODES, PlainCode.COOKIES)
        return [
            [link for link in self.plain_pages if link.code not in rules],
            [link for link in self.plain_pages if link.code in rules],
        ]


def site(request: SiteRequest) -> dict[str, Any]:
    """Data of the frame and the plain pages, in the active language; queried only when used."""
    frame: Any = SimpleLazyObject(lambda: frame_in(get_language() or settings.LANGUAGE_CODE))
    links: Any = SimpleLazyObject(lambda: language_links(request))
    unread: Any = SimpleLazyObject(lambda: to_read(request, frame))
    return {
        "frame": frame,
        "site_sections": SimpleLazyObject(lambda: frame.sections),
        "facts": SimpleLazyObject(lambda: frame.facts),
        "language_links": links,
        "here": SimpleLazyObject(lambda: here(request, links)),
        "to_read": unread,
        "asked": SimpleLazyObject(lambda: asked(unread)),
        "cookies": COOKIES,
        "is_editor": SimpleLazyObject(lambda: may_enter_admin(request)),
        "refused_texts": SimpleLazyObject(lambda: refused_texts(request)),
    }


def may_enter_admin(request: SiteRequest) -> bool:
    """Whether the member may open Wagtail's admin. Queries the database only for editors and staff."""
    return request.viewer.has(EDITORS, STAFF) and request.user.has_perm("wagtailadmin.access_admin")


def frame_in(language: str) -> Frame:
    """Return the frame of every page. Cached until its topic is invalidated, and at most for one day."""
    today = timezone.localdate()
    return cached_until_changed(f"frame:{language}:{today}", lambda: read_frame(language), topics.FRAME)


def read_frame(language: str) -> Frame:
    sections = SectionPage.objects.live().filter(locale__language_code=language).order_by("path")
    plain_pages = PlainPage.objects.live().filter(locale__language_code=language).order_by("path")
    return Frame(
        [Link(page.title, page.url or "", lists=page.lists) for page in sections],
        [Link(page.title, page.url or "", code=page.code) for page in plain_pages],
        OperatorInfo.load(),
        *(one_line(versions) for versions in PolicyText.objects.published(timezone.localdate())),
    )


@dataclass(frozen=True)
class ToRead:
    """A version of the terms that a member has not accepted."""

    code: str
    since: date
    url: str


def to_read(request: HttpRequest, frame: Frame) -> list[ToRead]:
    """Return the versions, in force and announced, that the member has not accepted. Returns [] for a visitor."""
    if not request.user.is_authenticated or request.user.policies_read == frame.published:
        return []
    read = request.user.policies_read.split()
    pages = {link.code: link.url for link in frame.policies}
    unread = []
    for version in frame.published.split():
        code, _colon, day = version.partition(":")
        if version not in read and code in pages:
            since = date.fromisoformat(day)
            is_in_force = version in frame.versions.split()
            unread.append(
                ToRead(code, since, pages[code] if is_in_force else reverse("policy", args=[code, since]))
            )
    return unread


def asked(unread: list[ToRead]) -> str:
    """Return the label of the button: terms are accepted, the privacy text is read, or "both"."""
    codes = {text.code for text in unread}
    return codes.pop() if len(codes) == 1 else "both"


@dataclass(frozen=True)
class Here:
    """Absolute URLs for programs: of this page, and of the same page in each language."""

    root: str
    address: str
    elsewhere: list[dict[str, Any]]


def here(request: HttpRequest, links: list[dict[str, Any]]) -> Here:
    root = site_address()
    alternates = [{**link, "url": root + link["url"].partition("?")[0]} for link in links]
    is_translated = len({link["url"] for link in links}) > 1
    return Here(root, root + request.path, alternates if is_translated else [])


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return links to this page in each language, with its filters and order. Without a translation, a link leads to
    this page."""
    page = getattr(request, "wagtail_page", None)
    urls = page_urls(page) if page else getattr(request, "addresses", {})
    asked_for = escape_leading_slashes(request.get_full_path())
    _path, mark, query = asked_for.partition("?")
    active = get_language()

    def address(code: str) -> str:
        path = urls.get(code) or (page.url if page else None)
        return f"{path}{mark}{query}" if path else translate_url(asked_for, code)

    return [
        {"code": code, "label": NAMES[code], "url": address(code), "active": code == active}
        for code, _name in settings.LANGUAGES
    ]


def page_urls(page: Page) -> dict[str, str | None]:
    """Return the address of the page by language, for each language in which it is live. Cached, since all pages are
    invalidated when a page appears, disappears or moves."""
    translations = Page.objects.filter(translation_key=page.translation_key).live().select_related("locale")
    return cached_until_changed(
        f"addresses:{page.translation_key}",
        lambda: {translation.locale.language_code: translation.url for translation in translations},
    )

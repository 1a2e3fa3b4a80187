"""The public feed of new content. A feed reader has no session, so the feed is the same for everyone."""

from __future__ import annotations

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page

from core.feeds import AtomFeed
from core.own_address import whole_address
from subjects.listings import FeedEntry
from subjects.types import subject_types

SHOWN = 30


class Newest(Feed):
    """The newest public content in the active language, of all kinds of subject that declare a feed."""

    feed_type = AtomFeed

    def title(self) -> str:
        return _("New on Samverka")

    def subtitle(self) -> str:
        return _("Use cases, guides and articles as they are published")

    def link(self) -> str:
        return whole_address(reverse("home"))

    def feed_url(self) -> str:
        return whole_address(reverse("feed"))

    def get_object(self, request: HttpRequest) -> str:
        return get_language() or "sv"

    def items(self, language: str) -> list[FeedEntry]:
        feeds = [declared.feed(language, SHOWN) for declared in subject_types() if declared.feed]
        entries = [entry for feed in feeds for entry in feed]
        # A stable sort: entries of one kind, and those without a date, keep the order of their own feed.
        entries.sort(key=lambda entry: entry.published.timestamp() if entry.published else 0.0, reverse=True)
        return entries[:SHOWN]

    def item_title(self, item: FeedEntry) -> str:
        return item.title

    def item_description(self, item: FeedEntry) -> str:
        return item.summary

    def item_link(self, item: FeedEntry) -> str:
        return whole_address(item.url)

    def item_guid(self, item: FeedEntry) -> str:
        return f"urn:samverka:{item.name}"

    def item_pubdate(self, item: FeedEntry) -> datetime | None:
        return item.published

    def item_updateddate(self, item: FeedEntry) -> datetime | None:
        return item.updated


newest = conditional_page(Newest())

"""What is new, for readers of feeds. A feed reader has no session: the feed is the same for everybody."""

from __future__ import annotations

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page

from core.audience import ANONYMOUS
from core.feeds import AtomFeed
from core.own_address import whole_address
from knowledge.models import KnowledgePage

SHOWN = 30


class Newest(Feed):
    """The newest use cases, guides and articles that all may read, in the active language."""

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

    def items(self, language: str) -> list[KnowledgePage]:
        pages = KnowledgePage.objects.visible_to(ANONYMOUS).filter(locale__language_code=language)
        return list(pages.select_related("work").order_by("-first_published_at", "-pk")[:SHOWN])

    def item_title(self, item: KnowledgePage) -> str:
        return item.title

    def item_description(self, item: KnowledgePage) -> str:
        return item.summary

    def item_link(self, item: KnowledgePage) -> str:
        return whole_address(item.url or "")

    def item_guid(self, item: KnowledgePage) -> str:
        """Stays, whatever becomes of the address."""
        return f"urn:samverka:page:{item.pk}"

    def item_pubdate(self, item: KnowledgePage) -> datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: KnowledgePage) -> datetime | None:
        return item.last_published_at


newest = conditional_page(Newest())

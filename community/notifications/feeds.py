"""A member's notices as an Atom feed: the same as on the site, and nothing more."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.members.models import Member
from community.notifications.models import Notice
from community.notifications.reading import read
from core.audience import viewer_for
from core.feeds import AtomFeed
from core.own_address import whole_address

AT_MOST = 50


def feed_for(request: HttpRequest, member: Member) -> AtomFeed:
    """Newest first. Each group of events is an entry of its own, so that a reader shows it once."""
    viewer = viewer_for(member)
    notices = Notice.objects.of(viewer).on_site().with_events().newest_first()[:AT_MOST]
    feed = AtomFeed(
        title=_("Notices from Samverka"),
        link=whole_address(reverse("notifications:notices")),
        description="",
        language=get_language(),
        feed_url=whole_address(request.get_full_path()),
    )
    for told in read(notices, viewer):
        notice = told.notice
        feed.add_item(
            title=told.sentence,
            link=whole_address(told.url),
            description=f"{told.quote}\n\n{told.why}".strip(),
            unique_id=f"urn:samverka:notice:{notice.pk}:{notice.since_event}",
            updateddate=told.at,
            pubdate=told.at,
        )
    return feed

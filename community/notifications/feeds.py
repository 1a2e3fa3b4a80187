"""A member's notices as an Atom feed: the same notices as on the site."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.members.models import Member
from community.notifications.models import Notice
from community.notifications.reading import notice_views
from core.audience import viewer_for
from core.feeds import AtomFeed
from core.own_address import whole_address

AT_MOST = 50


def feed_for(request: HttpRequest, member: Member) -> AtomFeed:
    """Build the feed, newest notice first. A notice that begins again is a new entry, so that feed readers show it."""
    viewer = viewer_for(member)
    notices = Notice.objects.of(viewer).on_site().with_events().newest_first()[:AT_MOST]
    feed = AtomFeed(
        title=_("Notices from Samverka"),
        link=whole_address(reverse("notifications:notices")),
        description="",
        language=get_language(),
        feed_url=whole_address(request.get_full_path()),
    )
    for view in notice_views(notices, viewer):
        notice = view.notice
        feed.add_item(
            title=view.sentence,
            link=whole_address(view.url),
            description=f"{view.quote}\n\n{view.why}".strip(),
            unique_id=f"urn:samverka:notice:{notice.pk}:{notice.since_event}",
            updateddate=view.at,
            pubdate=view.at,
        )
    return feed

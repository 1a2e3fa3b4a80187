from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from core.audience import MEMBERS, PUBLIC, Viewer
from core.model_fields import related_model


class NoticeQuerySet(models.QuerySet):
    def of(self, viewer: Viewer) -> Self:
        """The viewer's notices of subjects that the viewer may see."""
        return self.filter(member_id=viewer.member_id or 0, subject__audience__meets=viewer.tokens)

    def on_site(self) -> Self:
        return self.filter(on_site=True)

    def unseen(self) -> Self:
        return self.filter(last_event__gt=F("seen_event"))

    def unmailed(self) -> Self:
        return self.unseen().filter(last_event__gt=F("mailed_event"))

    def newest_first(self) -> Self:
        return self.order_by("-told_at", "-pk")

    def with_events(self, *, unmailed: bool = False) -> Self:
        """Select the subject, and annotate `count`, the number of covered events without the member's own, and `first`
        and `newest`, the ids of the first and last of them. `unmailed` leaves out events that were mailed."""
        since = Greatest(F("since_event"), F("mailed_event")) if unmailed else F("since_event")
        events = (
            self._events()
            .filter(
                subject=OuterRef("subject"),
                kind=OuterRef("kind"),
                id__gt=OuterRef("events_since"),
                id__lte=OuterRef("last_event"),
            )
            .exclude(actor=OuterRef("member"))
        )
        counted = events.order_by().values("subject").values_list(Count("pk"))
        return (
            self.select_related("subject")
            .annotate(events_since=since)
            .annotate(
                count=Coalesce(Subquery(counted), 0),
                first=Subquery(events.order_by("id").values("id")[:1]),
                newest=Subquery(events.order_by("-id").values("id")[:1]),
            )
        )

    def unseen_by_member(self, member_ids: Collection[int]) -> dict[int, int]:
        """Count each member's unseen notices of subjects that every member may see. One query."""
        counted = (
            self.unseen()
            .on_site()
            .filter(member_id__in=member_ids, subject__audience__meets=[PUBLIC, MEMBERS])
            .order_by()
            .values_list("member_id")
            .annotate(Count("pk"))
        )
        return dict.fromkeys(member_ids, 0) | dict(counted)

    def unseen_with_limited_audience(
        self, member_ids: Collection[int]
    ) -> list[tuple[int, frozenset[str], int]]:
        """Count unseen notices of other subjects, as (member, audience, number). One query."""
        unseen = self.unseen().on_site().filter(member_id__in=member_ids)
        return list(
            unseen.exclude(subject__audience__meets=[PUBLIC, MEMBERS])
            .order_by()
            .values_list("member_id", "subject__audience")
            .annotate(Count("pk"))
        )

    def _events(self) -> QuerySet[Any]:
        return related_model(related_model(self.model, "subject"), "notice_events")._base_manager.all()


class InboxQuerySet(models.QuerySet):
    def locked(self, member_ids: Collection[int]) -> list[Any]:
        """The inboxes in order of member, their rows locked until the transaction ends."""
        return list(self.filter(pk__in=member_ids).order_by("pk").select_for_update())

    def due(self, now: datetime) -> Self:
        """Inboxes whose digest is due, the longest overdue first."""
        return self.filter(digest_due__lte=now).order_by("digest_due", "pk")

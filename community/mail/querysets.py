from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from community.mail import streams


class AddressQuerySet(models.QuerySet):
    def with_choices(self) -> Self:
        """Prefetch everything that `accepts` reads: two more queries, for any number of addresses."""
        return self.select_related("member").prefetch_related("subscriptions")

    def orphaned(self, before: datetime) -> Self:
        """Addresses to delete: without an account, created before `before` and without a mail since then, that have no
        wanted subscription or bounced before `before`."""
        idle = Q(bounced_at__lt=before) | ~Q(subscriptions__wanted=True)
        orphaned = self.filter(idle, member=None, created_at__lt=before)
        return orphaned.exclude(deliveries__created_at__gte=before)


class DeliveryQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(state__in=("waiting", "sending"))

    def due(self) -> Self:
        """Waiting mails that may be sent now, and mails whose worker's lease has ended."""
        return self.open().filter(due__lte=timezone.now())

    def by_priority(self) -> Self:
        """Account mail first, since a member waits for it."""
        urgent = Case(When(stream__in=streams.codes_that_go_first(), then=Value(0)), default=Value(1))
        return self.order_by(urgent, "due")

    def whole(self) -> Self:
        """Prefetch everything that sending reads: three queries, for any number of mails."""
        return self.select_related("address__member").prefetch_related("address__subscriptions")

    def bounced_since(self, moment: datetime) -> Self:
        return self.filter(bounced_at__gte=moment)

    def with_body_older_than(self, older_than: timedelta) -> Self:
        """Finished mails whose text is still stored, older than this."""
        over = self.exclude(state__in=("waiting", "sending"))
        return over.exclude(text="").filter(due__lt=timezone.now() - older_than)

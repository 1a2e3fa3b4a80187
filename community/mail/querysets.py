from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from community.mail import streams


class AddressQuerySet(models.QuerySet):
    def with_choices(self) -> Self:
        """With all that `accepts` asks for: two queries more, whatever the number."""
        return self.select_related("member").prefetch_related("subscriptions")

    def of_nobody(self, before: datetime) -> Self:
        """Without an account and without anything they want, since `before`: nothing is left to keep them for."""
        idle = Q(bounced_at__lt=before) | ~Q(subscriptions__wanted=True)
        of_nobody = self.filter(idle, member=None, created_at__lt=before)
        return of_nobody.exclude(deliveries__created_at__gte=before)


class DeliveryQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(state__in=("waiting", "sending"))

    def due(self) -> Self:
        """What waits and may go now, and what somebody took in hand and has let lie beyond the lease."""
        return self.open().filter(due__lte=timezone.now())

    def first_things_first(self) -> Self:
        """A password somebody waits for before ten thousand digests."""
        urgent = Case(When(stream__in=streams.codes_that_go_first(), then=Value(0)), default=Value(1))
        return self.order_by(urgent, "due")

    def whole(self) -> Self:
        """With all that is needed to send them: three queries, whatever the number."""
        return self.select_related("address__member").prefetch_related("address__subscriptions")

    def bounced_since(self, moment: datetime) -> Self:
        return self.filter(bounced_at__gte=moment)

    def legible(self, older_than: timedelta) -> Self:
        """Over and done with for so long, and their words still there."""
        over = self.exclude(state__in=("waiting", "sending"))
        return over.exclude(text="").filter(due__lt=timezone.now() - older_than)

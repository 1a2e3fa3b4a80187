"""Rate limits: how many actions one actor may take in a time window. The shared cache counts them.

An actor is a token of `core.audience` ("member:7", "org:3"), or "address:…" for the sender of a request.

The windows are fixed. Each actor has one counter for a window, and the cache increments it. Around the end of a window
an actor may do twice as much. A sliding window would prevent that, but needs a list or two counters for each actor. The
limits only have to stop floods.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext
from prometheus_client import Counter

from core.audience import member_token
from core.refusals import Refusal, answer
from core.requests import SiteRequest

REFUSED = Counter("samverka_refused", "Actions refused because they were too many", ["limit"])

process_cache = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
"""The counters of this process. They are used while the shared cache does not answer."""


class TooMany(Refusal):
    """The limit is reached. The actor can try again after `seconds`."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(" ".join([gettext("That was too many times in a short while."), try_again(seconds)]))
        self.retry_after = seconds


def try_again(seconds: int) -> str:
    if seconds <= 90:
        return ngettext("Try again in %(count)s second.", "Try again in %(count)s seconds.", seconds) % {
            "count": seconds
        }
    minutes = -(-seconds // 60)
    return ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {
        "count": minutes
    }


@dataclass(frozen=True)
class Limit:
    """At most `count` actions called `name` in each window of `seconds`, for each actor."""

    name: str
    count: int
    seconds: int

    def spend(self, *actors: str | int) -> None:
        """Count one action of each actor (a number is a member's); raise `TooMany` when the window of one is full."""
        now = int(time.time())
        for actor in actors:
            token = member_token(actor) if isinstance(actor, int) else actor
            if self._count(f"limit:{self.name}:{token}:{now // self.seconds}") > self.count:
                REFUSED.labels(self.name).inc()
                raise TooMany(self.seconds - now % self.seconds)

    def apply(self, request: SiteRequest, *others: str) -> None:
        """Call `spend` for the member who sent the request, or the visitor's address, and for `others`.

        `others` are organisations that the member acts for. The caller has checked that right. Sets `retry_after` on
        the request when it raises `TooMany`.
        """
        try:
            self.spend(request.viewer.member_id or address_token(request), *others)
        except TooMany as refusal:
            request.retry_after = refusal.retry_after
            raise

    def _count(self, key: str) -> int:
        for store in (cache, process_cache):
            store.add(key, 0, timeout=self.seconds)
            try:
                return int(store.incr(key))
            except ValueError:
                # The shared cache does not answer: count in this process instead.
                continue
        return 0


def address_token(request: HttpRequest) -> str:
    """Return the sender's IP address as a keyed hash, which does not reveal it. For IPv6, the network of one household.

    A request passes `TRUSTED_HOPS` proxies of ours. Each appends the address of its client to X-Forwarded-For.
    Addresses further left are not trusted: any client can send them.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_HOPS:
        addresses = request.headers.get("X-Forwarded-For", "").replace(",", " ").split()
        if len(addresses) >= settings.TRUSTED_HOPS:
            address = addresses[-settings.TRUSTED_HOPS]
    try:
        parsed = ip_address(address)
    except ValueError:
        pass
    else:
        if isinstance(parsed, IPv6Address):
            parsed = parsed.ipv4_mapped or ip_network((parsed, 64), strict=False).network_address
        address = str(parsed)
    return f"address:{salted_hmac('core.limits', address, algorithm='sha256').hexdigest()[:32]}"


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Return the error page, for libraries with rate limits of their own."""
    return answer(request, TooMany(60))

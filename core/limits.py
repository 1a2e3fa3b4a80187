"""Rate limits: a number of actions in a span of time for one actor, counted in the cache that all processes share.

An actor is a token of `core.audience`, "member:7" or "org:3", or "address:…" for where a request comes from. The
windows are fixed: one count an actor, raised by the cache itself, that says exactly when it ends. Around that end an
actor may do twice as much, which a sliding window would not allow; but that one needs a list for each actor, or two
counts and an estimate, and these limits are there against floods, which twice as much is not.
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

local = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
"""Counts of this process alone, while the shared cache is away."""


class TooMany(Refusal):
    """`seconds` until it can be tried again."""

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
        """`spend` for the member who sent the request, or the visitor's address, and for `others`: an organisation in
        whose name the member acts, after that right was checked."""
        try:
            self.spend(request.viewer.member_id or address_token(request), *others)
        except TooMany as refusal:
            request.retry_after = refusal.retry_after
            raise

    def _count(self, key: str) -> int:
        for store in (cache, local):
            store.add(key, 0, timeout=self.seconds)
            try:
                return int(store.incr(key))
            except ValueError:
                # The shared cache does not answer: better counted by each process than not at all.
                continue
        return 0


def address_token(request: HttpRequest) -> str:
    """Return the sender's IP address as a keyed hash, which does not reveal it. For IPv6, the network of one household.

    `TRUSTED_HOPS` is how many proxies of ours a request passes. Each appends the address that sent it the request to
    X-Forwarded-For; what stands further to the left anybody could have written."""
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
    """For libraries that count by themselves and want a page that says so."""
    return answer(request, TooMany(60))

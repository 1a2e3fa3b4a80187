"""A read-only WebSocket for several topics. Permission is checked before `accept()`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from prometheus_client import Gauge

from community.live import limits, topics
from community.live.events import Ready, Refused
from community.live.hub import Frame, Subscriber, current_hub
from core.audience import member_token, viewer_for
from core.limits import address_token

SOCKETS = Gauge("samverka_live_sockets", "Open sockets", multiprocess_mode="livesum")
LONGEST_QUERY = 1000
"""Bytes of a query string."""

logger = logging.getLogger(__name__)


class TopicConsumer(AsyncWebsocketConsumer):
    """`ws/?topic=thread:12&topic=bell:7`. Sends `Ready` or `Refused` for each topic, then their events as they happen.

    The socket is refused when the reader may subscribe to none of the topics, and closed for a reason of `hub.Close`.
    """

    # The hub receives for all sockets. A channel layer would make each socket wait separately.
    channel_layer_alias = None

    async def __call__(self, *scope_receive_send: Any) -> None:
        with ExitStack() as self.cleanup:
            await super().__call__(*scope_receive_send)

    async def connect(self) -> None:
        """Accept or refuse the socket. `cleanup` gives back what was acquired, however the connection ends."""
        asked = topics_in(self.scope["query_string"])
        if not asked or not self._is_same_origin() or not self._acquire(limits.ADDRESS, self._address()):
            await self.close()
            return
        hub, subscriber = current_hub(), Subscriber()
        self.cleanup.callback(hub.leave, subscriber)
        self.cleanup.callback(subscriber.stop)
        # Registered before the versions are read, so that no event is missed. Nothing is sent until `start`.
        try:
            await hub.join(subscriber, asked)
        except Exception as error:  # noqa: BLE001 (whatever Redis' client raises; the browser tries again)
            logger.warning("No socket can be opened now: %r", error)
            await self.close()
            return
        subscriber.member_id, versions = await authorize(self._cookie(settings.SESSION_COOKIE_NAME), asked)
        hub.leave(subscriber, set(asked) - versions.keys())
        member_id = subscriber.member_id
        if not versions or (member_id and not self._acquire(limits.MEMBER, member_token(member_id))):
            await self.close()
            return
        await self.accept()
        subscriber.start(self.base_send, [_first_frame(topic, versions.get(topic)) for topic in asked])
        SOCKETS.inc()
        self.cleanup.callback(SOCKETS.dec)

    def _acquire(self, limit: limits.SocketLimit, actor: str) -> bool:
        if not limit.acquire(actor):
            return False
        self.cleanup.callback(limit.release, actor)
        return True

    def _address(self) -> str:
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = (self.scope.get("client") or ("",))[0]
        request.META["HTTP_X_FORWARDED_FOR"] = self._header(b"x-forwarded-for")
        return address_token(request)

    def _header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")

    def _cookie(self, name: str) -> str | None:
        morsel = SimpleCookie(self._header(b"cookie")).get(name)
        return morsel.value if morsel else None

    def _is_same_origin(self) -> bool:
        """A page of another site must not use the reader's session."""
        host = self._header(b"host")
        return bool(host) and urlsplit(self._header(b"origin")).netloc == host


def topics_in(query: bytes) -> list[str]:
    """Return the different topics of a query string; an empty list when there are none, or too many."""
    if len(query) > LONGEST_QUERY:
        return []
    asked = [*dict.fromkeys(parse_qs(query.decode("latin-1")).get("topic", ()))]
    return asked if len(asked) <= topics.MAX_TOPICS else []


def _first_frame(topic: str, version: int | None) -> Frame:
    event = Refused() if version is None else Ready(version=version)
    return {"type": "websocket.send", "text": event.to_wire(topic)}


def _authorize(session_key: str | None, asked: Sequence[str]) -> tuple[int | None, dict[str, int]]:
    """Return (member id, {topic: current version}) for the holder of the session."""
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    viewer = viewer_for(get_user(request))
    return viewer.member_id, topics.authorize(viewer, asked)


# In the thread pool: on the shared thread a thousand returning readers would delay everything else.
authorize = database_sync_to_async(_authorize, thread_sensitive=False)

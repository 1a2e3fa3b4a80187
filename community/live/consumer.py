"""The socket: downstream only. Who may not follow never gets one."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from prometheus_client import Gauge

from community.live import limits
from community.live.events import Ready
from community.live.hub import Follower, hub_here
from community.live.topics import Door, door_to, may_follow, topic_group
from core.audience import member_token, viewer_for
from core.limits import address_token

SOCKETS = Gauge("samverka_live_sockets", "Sockets that follow something now", multiprocess_mode="livesum")

logger = logging.getLogger(__name__)


class TopicConsumer(AsyncWebsocketConsumer):
    """`ws/<kind>/<id>/`: first `Ready`, then every event of the topic until either side closes (`hub.Close`)."""

    # The hub listens for all; a channel for each socket would cost each a wait of its own.
    channel_layer_alias = None

    async def __call__(self, *scope_receive_send: Any) -> None:
        with ExitStack() as self.leaving:
            await super().__call__(*scope_receive_send)

    async def connect(self) -> None:
        """Everything taken on the way is given back in the end, however it ends (`leaving`)."""
        kind, pk = self.scope["url_route"]["kwargs"]["kind"], int(self.scope["url_route"]["kwargs"]["pk"])
        door = door_to(kind)
        if door is None or not self._is_same_origin() or not self._take(limits.ADDRESS, self._address()):
            await self.close()
            return
        group, self.follower = topic_group(kind, pk), Follower()
        # Joined before the version is read, so that nothing can happen in between.
        try:
            await hub_here().join(group, self.follower)
        except Exception as error:  # noqa: BLE001 (whatever Redis' client raises; the browser tries again)
            logger.warning("Nobody can follow live now: %r", error)
            await self.close()
            return
        self.leaving.callback(hub_here().leave, group, self.follower)
        self.leaving.callback(self.follower.stop)
        member_id, version = await admit(door, self._cookie(settings.SESSION_COOKIE_NAME), pk)
        self.follower.member_id = member_id
        if version is None or (member_id and not self._take(limits.MEMBER, member_token(member_id))):
            await self.close()
            return
        await self.accept()
        await self.send(text_data=Ready(version=version).to_wire())
        await self.follower.begin(self.base_send)
        SOCKETS.inc()
        self.leaving.callback(SOCKETS.dec)

    def _take(self, places: limits.Places, actor: str) -> bool:
        if not places.take(actor):
            return False
        self.leaving.callback(places.give_back, actor)
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
        """A page of another site must not ride on the reader's session."""
        host = self._header(b"host")
        return bool(host) and urlsplit(self._header(b"origin")).netloc == host


def _admit(door: Door, session_key: str | None, pk: int) -> tuple[int | None, int | None]:
    """(member id, current version) of whoever holds the session; the version is None when they may not follow."""
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    viewer = viewer_for(get_user(request))
    return viewer.member_id, door(viewer, pk) if may_follow(viewer) else None


# Not on the shared thread: there a thousand returning readers would stand in line with everything else.
admit = database_sync_to_async(_admit, thread_sensitive=False)

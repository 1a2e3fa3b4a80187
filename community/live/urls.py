"""Addresses of sockets; `config.asgi` mounts them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from community.live.consumer import TopicConsumer


async def refuse(
    scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    await receive()
    await send({"type": "websocket.close"})


sockets = URLRouter(
    [
        re_path(r"^ws/(?P<kind>[a-z]+)/(?P<pk>[0-9]{1,18})/$", TopicConsumer.as_asgi()),
        re_path(r"", refuse),
    ]
)

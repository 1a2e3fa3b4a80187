"""The address of sockets; `config.asgi` mounts it."""

from __future__ import annotations

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import re_path

from community.live.consumer import TopicConsumer

sockets = URLRouter(
    [
        re_path(r"^ws/$", TopicConsumer.as_asgi()),
        re_path(r"", WebsocketDenier.as_asgi()),
    ]
)

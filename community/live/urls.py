"""Addresses of sockets; `config.asgi` mounts them."""

from __future__ import annotations

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import re_path

from community.live.consumer import TopicConsumer

sockets = URLRouter(
    [
        re_path(r"^ws/(?P<kind>[a-z]+)/(?P<pk>[0-9]{1,18})/$", TopicConsumer.as_asgi()),
        re_path(r"", WebsocketDenier.as_asgi()),
    ]
)

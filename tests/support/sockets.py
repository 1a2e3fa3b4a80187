"""Sockets for tests, read as a dialogue: `async with following(thread, anna) as socket: …`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from community.discussions.models import Thread
from community.live.topics import topic_name
from community.members.models import Member
from config.asgi import application

HOST = "testserver"
TIMEOUT = 5


class Socket(ApplicationCommunicator):
    """The browser's end of a socket, directly on the ASGI application."""

    async def open(self) -> bool:
        """Connect. Return whether the site accepted the socket."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(TIMEOUT))["type"] == "websocket.accept")

    async def frame(self) -> str:
        message = await self.receive_output(TIMEOUT)
        assert message["type"] == "websocket.send", message
        return str(message["text"])

    async def event(self) -> dict[str, Any]:
        return dict(json.loads(await self.frame()))

    async def close_code(self) -> int:
        message = await self.receive_output(TIMEOUT)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def close(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(TIMEOUT)


def session_of(member: Member) -> str:
    client = Client()
    client.force_login(member)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def socket_to(
    thread_id: int,
    member: Member | None = None,
    *others: str,
    origin: str = f"http://{HOST}",
    kind: str = "thread",
    heartbeats: bool = False,
) -> Socket:
    """Return a socket to a thread or another topic, and to `others`. Heartbeats are dropped by default, because their
    time depends on the clock."""
    headers = [(b"host", HOST.encode()), (b"origin", origin.encode())]
    if member:
        cookie = f"{settings.SESSION_COOKIE_NAME}={await sync_to_async(session_of)(member)}"
        headers.append((b"cookie", cookie.encode()))
    query = "&".join(f"topic={topic}" for topic in (topic_name(kind, thread_id), *others))
    scope = {"type": "websocket", "path": "/ws/", "query_string": query.encode(), "headers": headers}
    return Socket(application if heartbeats else without_heartbeats, scope)


async def without_heartbeats(scope: Any, receive: Any, send: Any) -> None:
    ready = set()

    async def pass_on(message: dict[str, Any]) -> None:
        event = json.loads(message.get("text", "{}"))
        if event.get("type") == "ready" and event["topic"] in ready:
            return
        ready.add(event.get("topic"))
        await send(message)

    await application(scope, receive, pass_on)  # type: ignore[arg-type]


@asynccontextmanager
async def following(thread: Thread, member: Member | None = None) -> AsyncIterator[Socket]:
    """Yield an accepted socket after its `ready` message."""
    socket = await socket_to(thread.pk, member)
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    yield socket
    await socket.close()

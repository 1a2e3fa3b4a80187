"""The socket process, started as in its container, and clients that flood it with frames."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvicorn

from community.live.server import OPTIONS
from tests.support.database import ROOT
from tests.support.processes import environment, wait_until
from tests.support.services.machine import free_port
from tests.support.threads import new_thread

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

SOCKETS = 200
GROWTH = 1.10
MASK = b"\0\0\0\0"
KINDS = {
    "a sixteenth of a huge frame": b"\x81\xff" + (16 * 2**20).to_bytes(8, "big") + MASK + b"x" * 2**20,
    "half of a small frame": b"\x81\xfe" + (1000).to_bytes(2, "big") + MASK + b"x" * 500,
    "pieces without an end": b"\x01\x80" + MASK + (b"\x00\x80" + MASK) * 2**14,
    "a word": b"\x81\x85" + MASK + b"hello",
}


def handshake(address: str, path: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: c2FtdmVya2Egc29ja2V0cw==\r\n\r\n"
    ).encode()


class Live:
    """A process of `entrypoint.sh live` on the database of this test."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log
        self.path = f"/ws/?topic=thread:{new_thread().pk}"
        folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), "PATH": os.pathsep.join(folders)}
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["sh", "site/docker/entrypoint.sh", "live"],
                cwd=ROOT,
                env=environment(**settings),
                stdout=output,
                stderr=output,
            )

    def memory(self) -> int:
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(20)

    def follow(self) -> socket.socket:
        """Open a socket, wait for its `ready` event and return it."""
        mine = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        mine.sendall(handshake(f"127.0.0.1:{self.port}", self.path))
        received = b""
        while b'"ready"' not in received:
            part = mine.recv(4096)
            assert part, received
            received += part
        return mine


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "log")
    try:
        wait_until(live.answers)
        # The first readers make the process import modules and start threads; that memory is not the flood's.
        with ExitStack() as readers:
            for _ in range(30):
                readers.enter_context(live.follow())
        yield live
    finally:
        live.stop()


def is_closed(mine: socket.socket) -> bool:
    """Read until the server closes the socket."""
    with suppress(ConnectionError):
        while mine.recv(4096):
            pass
    return True


def test_a_flood_needs_no_memory_and_clients_that_send_frames_are_closed(live: Live) -> None:
    for name, sent in KINDS.items():
        before = live.memory()
        with ExitStack() as flood:
            mine = [flood.enter_context(live.follow()) for _ in range(SOCKETS)]
            for each in mine:
                with suppress(ConnectionError):
                    each.sendall(sent)
            if name != "half of a small frame":  # It could still become a ping.
                assert all(is_closed(each) for each in mine), name
            flood.enter_context(live.follow())
            after = live.memory()
        assert after < before * GROWTH, f"{name}: {before / 2**20:.0f} → {after / 2**20:.0f} MB"


def test_a_client_that_never_finishes_a_frame_is_closed(server_address: str) -> None:
    """Such a client cannot answer a ping, so the ping times out."""
    host, port = server_address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as mine:
        mine.sendall(handshake(server_address, "/"))
        assert b"101" in mine.recv(4096)
        mine.sendall(KINDS["half of a small frame"])
        assert is_closed(mine)


async def accepts(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.fixture
def server_address() -> Iterator[str]:
    """The address of a server with the site's options and a shorter interval of pings."""
    port = free_port()
    often = {**OPTIONS, "ws_ping_interval": 0.2, "ws_ping_timeout": 0.2}
    server = uvicorn.Server(uvicorn.Config(accepts, port=port, lifespan="off", log_level="error", **often))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    wait_until(lambda: server.started)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    serving.join(10)

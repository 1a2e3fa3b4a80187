"""A Redis for the suite that writes nothing to disk."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from tests.support.services.machine import Servers, Unavailable, find_program, free_port, install_packages


def answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        with socket.create_connection(
            (address.hostname or "127.0.0.1", address.port or 6379), timeout=2
        ) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start(servers: Servers) -> str:
    """Start an empty Redis. Return its address."""
    if not find_program("redis-server"):
        install_packages("redis-server")
    redis = find_program("redis-server")
    if not redis:
        raise Unavailable("no redis-server")
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    folder = servers.folder("redis")
    # Each worker of the suite has its own databases.
    command = [
        redis,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--databases",
        "64",
    ]
    servers.start("Redis", command, ready=lambda: answers(url), seconds=20, cwd=folder)
    return url

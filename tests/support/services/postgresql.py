"""A PostgreSQL for the suite, tuned for speed: a test database needs no durability."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg

from tests.support.services.machine import (
    Servers,
    Unavailable,
    as_server_user,
    find_program,
    free_port,
    install_packages,
)

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "jit": "off",
}


def program(name: str) -> str | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    return find_program(name, also_in=versions)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def start(servers: Servers) -> str:
    """Start an empty PostgreSQL. Return its address."""
    if not program("initdb"):
        install_packages("postgresql")
    initdb, postgres = program("initdb"), program("postgres")
    if not initdb or not postgres:
        raise Unavailable("no PostgreSQL server")
    folder = servers.folder("postgresql", in_memory=True)
    data = folder / "data"
    subprocess.run(
        [
            initdb,
            "-D",
            data,
            "-U",
            "samverka",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        check=True,
        **as_server_user(),
    )
    port = free_port()
    url = f"postgres://samverka@127.0.0.1:{port}/postgres"
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [postgres, "-D", data, f"--port={port}", *settings]
    servers.start("PostgreSQL", command, ready=lambda: answers(url), seconds=60, cwd=folder)
    return url

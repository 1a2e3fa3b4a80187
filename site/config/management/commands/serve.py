"""Serves the whole site in one process, for `make run`: pages, sockets, background work and the schedule."""

from __future__ import annotations

import errno
import os
import socket
import threading
import warnings
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from community.live.server import OPTIONS as SOCKETS
from config.seeding import seed
from operations.worker import work


def listening_sockets(port: int) -> list[socket.socket]:
    """Return sockets for connections from this machine only, by IPv4 and, if available, IPv6. Raises `CommandError` if
    the port cannot be used."""
    sockets = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            sockets.append(socket.create_server((address, port), family=family))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is taken. Choose another: make run PORT={port + 1}"
                ) from error
            if error.errno == errno.EACCES:
                raise CommandError(f"Port {port} needs more rights. Choose one above 1023.") from error
            if family == socket.AF_INET:
                raise CommandError(f"Can't serve on port {port}: {error.strerror}.") from error
    return sockets


class Command(BaseCommand):
    help = "Bring the database up to date, load the demonstration once, and serve the site on PORT (8000)."
    # `make check` runs the system checks. The start should not wait for them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        os.environ.setdefault("PROCESS_ROLE", "site")
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT must be a number between 1 and 65535, not {port!r}.")
        sockets = listening_sockets(int(port))
        self._prepare_data_directory()
        call_command("compile_translations")
        self._migrate()
        self._load_demonstration()
        self._serve(sockets, int(port))

    def _prepare_data_directory(self) -> None:
        try:
            for folder in (settings.DATA_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
                Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"Can't write to {settings.DATA_DIR}: {error.strerror}.") from error

    def _migrate(self) -> None:
        """Apply missing migrations. The command seeds the content of a new version; if no migration is missing, seed it
        here."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Bringing the database up to date …")
            call_command("migrate", verbosity=0, interactive=False)
        else:
            seed(self)

    def _load_demonstration(self) -> None:
        """Load the demonstration into a database without members, or again if loading was interrupted."""
        if "load_demonstration" not in get_commands():
            return
        unfinished = Path(settings.DATA_DIR) / "demonstration.unfinished"
        if unfinished.exists() or not get_user_model().objects.exists():
            self.stdout.write("Loading the demonstration, once …")
            unfinished.touch()
            call_command("load_demonstration", verbosity=0)
            unfinished.unlink()

    def _serve(self, sockets: list[socket.socket], port: int) -> None:
        self.stdout.write(self.style.SUCCESS(f"Samverka is at http://localhost:{port}  (Ctrl-C stops it)"))
        if "demonstration_accounts" in get_commands():
            self.stdout.write("Sign in as")
            call_command("demonstration_accounts", stdout=self.stdout)
        # Static files are streamed by a synchronous iterator, which Django reads in a thread and warns about.
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        server = uvicorn.Server(
            uvicorn.Config(
                "config.asgi:application",
                lifespan="off",
                **SOCKETS,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )
        stopped = threading.Event()
        working = threading.Thread(target=work, args=[stopped], name="worker", daemon=True)
        working.start()
        try:
            server.run(sockets=sockets)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
        finally:
            stopped.set()
            working.join(5)

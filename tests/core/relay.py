"""A TCP relay that can be cut: `with Relay(host, port) as relay: … relay.port … relay.cut()`."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.support.services.machine import free_port


class Relay:
    """Forwards connections to `port` of the loopback to a server. While cut, it refuses connections, like a server
    that is down."""

    def __init__(self, host: str, port: int) -> None:
        self.server, self.port = (host, port), free_port()
        self._listening: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.reconnect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        self.cut()

    def reconnect(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._listening], daemon=True).start()

    def cut(self) -> None:
        """Close open connections and refuse new ones."""
        self.refuse()
        self.break_connections()

    def refuse(self) -> None:
        if self._listening:
            # `shutdown` wakes the thread that waits for a connection; `close` does not.
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()

    def break_connections(self) -> None:
        """Close open connections, as a restart of the server does."""
        with self._lock:
            for each in list(self._open):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _address = listening.accept()
                # A connection that is being opened during a cut must not survive it.
                with self._lock:
                    if listening.fileno() < 0:
                        here.close()
                        return
                    there = socket.create_connection(self.server)
                    self._open.update((here, there))
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=[one, other], daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)

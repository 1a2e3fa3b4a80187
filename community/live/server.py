"""The protocol by which uvicorn serves the sockets. They are read-only: data from a client is refused, never stored."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

OPTIONS: dict[str, Any] = {"ws": "community.live.server:ReadOnlyProtocol", "ws_max_size": 1024}
"""Options for uvicorn, wherever it is started. A frame is refused for its size when its first bytes announce it."""


class ReadOnlyProtocol(WebSocketsSansIOProtocol):
    """Closes the socket at the first frame with data, or fragment of one, and reads nothing longer than a frame.

    Pings and the closing handshake are answered as usual. (uvicorn's own protocol stores fragments until the last
    one, and parses thousands of them while all other sockets wait.)
    """

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated and len(data) > self.config.ws_max_size:
            self.refuse()
        else:
            super().data_received(data)

    def refuse(self, event: Frame | None = None) -> None:
        if not self.close_sent:
            self.conn.fail(CloseCode.UNSUPPORTED_DATA)
            self.handle_parser_exception()

    handle_text = handle_bytes = handle_cont = refuse

    def handle_parser_exception(self) -> None:
        """Before the handshake is complete, no close frame can be sent."""
        if self.conn.close_sent:
            super().handle_parser_exception()
        else:
            self.transport.abort()

"""How uvicorn holds our sockets. What clients send is refused before it is kept: they have nothing to say."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

OPTIONS: dict[str, Any] = {"ws": "community.live.server:DownstreamProtocol", "ws_max_size": 1024}
"""For uvicorn, wherever it is started; a frame is refused for its size when its first bytes announce it."""


class DownstreamProtocol(WebSocketsSansIOProtocol):
    """Closes at the first frame with data, or piece of one, and reads nothing longer than a frame may be. Pings and
    the closing handshake are answered as always. (uvicorn's own keeps pieces until the last has come, and reads
    thousands of them while all others wait.)"""

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

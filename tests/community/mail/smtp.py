"""A real mail server whose answers a test sets.

    def test_a_mail_arrives(mail_server): …; assert mail_server.messages("anna@example.org")

`answers` holds the answer to a recipient, `at_data` the answer to the end of each mail. `drops_connection` closes the
connection in the middle of a mail, `max_mails` after that number of mails. `hold("DATA")` delays the answer until
`release()`; `reached` is set when a client waits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.services.machine import free_port

OK = "250 OK"
logging.getLogger("mail.log").setLevel(logging.WARNING)


class DroppingSMTP(SMTP):
    """Closes the connection after its answer to DATA, or after a number of mails, if the test says so."""

    taken = 0

    async def smtp_MAIL(self, arg: str | None) -> None:
        server: MailServer = self.event_handler
        self.taken += 1
        if server.max_mails and self.taken > server.max_mails:
            self.transport.abort()
        else:
            await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        server: MailServer = self.event_handler
        if server.drops_connection:
            await self.push("354 Go on")
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class MailController(Controller):
    def factory(self) -> SMTP:
        return DroppingSMTP(self.handler, **self.SMTP_kwargs)


class MailServer:
    def __init__(self) -> None:
        self.port = free_port()
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.at_data = OK
        self.drops_connection = False
        self.max_mails = 0
        self.reached = threading.Event()
        self._released = threading.Event()
        self._held = ""
        self._controller: MailController | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = MailController(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self.release()
        if self._controller:
            self._controller.stop()
            self._controller = None

    def hold(self, command: str) -> None:
        self.reached.clear()
        self._released.clear()
        self._held = command

    def release(self) -> None:
        self._held = ""
        self._released.set()

    def messages(self, recipient: str = "") -> list[EmailMessage]:
        """Return the accepted messages in order of arrival, of one recipient or all."""
        return [
            message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
            for envelope in self.envelopes
            if not recipient or recipient in envelope.rcpt_tos
        ]

    async def _wait(self, command: str) -> None:
        if self._held == command:
            self.reached.set()
            while not self._released.is_set():
                await asyncio.sleep(0.01)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        await self._wait("RCPT")
        answer = self.answers.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data == OK:
            self.envelopes.append(envelope)
        await self._wait("DATA")
        return self.at_data


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A running mail server, set as the one to which the site sends its mail."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 2
    yield server
    server.stop()

"""Delivers mail to the mail server.

How a mail is claimed. One UPDATE, which only one worker can win, marks the row as being sent and gives it a lease.
Another UPDATE marks it as sent after the server has accepted it. When a worker dies before that, the lease ends and
another worker sends the mail. When it dies between the acceptance and the mark, no one can know that the server has the
mail: it is sent again, with the same Message-ID. While the server is unavailable no attempt is counted.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone
from prometheus_client import Counter

from community.mail import bounces, messages, streams
from community.mail.models import Delivery, State
from core.breaker import CircuitBreaker

logger = logging.getLogger(__name__)

DELIVERIES = Counter("samverka_mail_deliveries", "Mails handed over, by how it went", ["outcome"])
BATCH = 100
SECONDS = 10.0
"""Limits of one connection, in mails and seconds. After that, other tasks of the queue may run."""
COOLDOWN = 30.0
"""Seconds for which new mail is not sent to a server that was down."""
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_PAUSE = timedelta(hours=4)

breaker = CircuitBreaker(COOLDOWN)


class ServerAway(Exception):
    """The mail server cannot be reached, or does not answer."""


def deliver(*, delivery_id: UUID | None = None, ignore_cooldown: bool = False) -> int:
    """Send this mail and the others that are due, by priority. Return how many were tried; 0 during the breaker's
    cooldown, unless `ignore_cooldown`."""
    if not (breaker.allows_call() or ignore_cooldown):
        return 0
    due = Delivery.objects.due()
    # When its own task runs, the mail has often been sent together with others.
    if delivery_id and not due.filter(pk=delivery_id).exists():
        return 0
    ids = list(due.by_priority().values_list("pk", flat=True)[:BATCH])
    if delivery_id and delivery_id not in ids:
        ids.insert(0, delivery_id)
    if not ids:
        return 0
    try:
        tried = _deliver_all(ids)
    except ServerAway as fault:
        breaker.failed()
        logger.warning("The mail server does not answer (%s); mail waits", fault)
        return 0
    breaker.succeeded()
    return tried


def _deliver_all(ids: Sequence[UUID]) -> int:
    deliveries = Delivery.objects.whole().in_bulk(ids)
    connection = get_connection()
    until = time.monotonic() + SECONDS
    try:
        for number, pk in enumerate(ids):
            if time.monotonic() > until:
                return number
            if pk in deliveries:
                _deliver_one(deliveries[pk], connection)
    finally:
        _close(connection)
    return len(ids)


def _deliver_one(delivery: Delivery, connection: BaseEmailBackend) -> None:
    # The connection is opened before the row is claimed, so that an unavailable server costs the mail no attempt.
    is_new = _open(connection)
    if not _claim(delivery):
        return
    if not delivery.address.accepts(delivery.stream):
        _finish(delivery, State.SUPPRESSED)
        return
    try:
        _send(messages.build(delivery), connection, is_new=is_new)
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        _refused(delivery, code, words)
    except smtplib.SMTPDataError as fault:
        _refused(delivery, fault.smtp_code, fault.smtp_error)
    except smtplib.SMTPSenderRefused as fault:
        # The server refuses our sender. The operator has to fix that.
        logger.error("The mail server refuses our sender: %s (delivery %s)", fault.smtp_code, delivery.pk)
        _retry_later(delivery, str(fault.smtp_code))
    except OSError as fault:
        _retry_later(delivery)
        raise ServerAway(type(fault).__name__) from fault
    except ValueError:
        logger.error("A mail cannot be written as a message (delivery %s)", delivery.pk)
        _finish(delivery, State.FAILED)
    else:
        _finish(delivery, State.SENT)


def _open(connection: BaseEmailBackend) -> bool:
    """Open the connection if it is closed. Return whether it is new. Raises `ServerAway`."""
    try:
        return bool(connection.open())
    except OSError as fault:
        raise ServerAway(type(fault).__name__) from fault


def _send(message: EmailMessage, connection: BaseEmailBackend, *, is_new: bool) -> None:
    """Send a message. Try again over a new connection if the server closed this one, as servers do after a number of
    mails or a pause."""
    try:
        connection.send_messages([message])
    except smtplib.SMTPServerDisconnected:
        if is_new:
            raise
        _close(connection)
        connection.open()
        connection.send_messages([message])


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        logger.info("The mail server hung up first")


def _claim(delivery: Delivery) -> bool:
    """Claim the row. Return False if another worker did. The lease is longer than any SMTP session."""
    lease = timedelta(seconds=12 * settings.EMAIL_TIMEOUT)
    mine = Delivery.objects.due().filter(pk=delivery.pk)
    taken = mine.update(state=State.SENDING, due=timezone.now() + lease, attempts=F("attempts") + 1)
    delivery.attempts += 1
    return bool(taken)


def _finish(delivery: Delivery, state: State, status: str = "") -> None:
    """Store a final state. The text of account mail, which contains keys, and of suppressed mail is erased at once."""
    DELIVERIES.labels(state.name.lower()).inc()
    now = timezone.now()
    gone: dict[str, Any] = {"sent_at": now} if state == State.SENT else {}
    if state == State.SUPPRESSED or not streams.get(delivery.stream).can_unsubscribe:
        gone |= {"subject": "", "text": "", "html": ""}
    Delivery.objects.filter(pk=delivery.pk).update(state=state, due=now, status=status, **gone)


def _retry_later(delivery: Delivery, status: str = "") -> None:
    """Put the mail back to wait, twice as long after each attempt, up to `LONGEST_PAUSE`. Mail older than
    `GIVE_UP_AFTER` is marked as failed."""
    now = timezone.now()
    if now - delivery.not_before > GIVE_UP_AFTER:
        logger.error("A mail was given up after %s attempts (delivery %s)", delivery.attempts, delivery.pk)
        _finish(delivery, State.FAILED, status)
        return
    DELIVERIES.labels("put_off").inc()
    pause = min(timedelta(minutes=2 ** min(delivery.attempts - 1, 12)), LONGEST_PAUSE)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.WAITING, due=now + pause, status=status)


def _refused(delivery: Delivery, code: int, words: bytes | str) -> None:
    """Handle the server's refusal of this mail: temporary (4xx) or permanent (5xx)."""
    status = bounces.status_in(code, words)
    if code < 500:
        _retry_later(delivery, status)
        return
    logger.info("A mail was refused: %s (delivery %s)", status, delivery.pk)
    _finish(delivery, State.REFUSED, status)
    bounces.record(delivery=delivery, status=status)

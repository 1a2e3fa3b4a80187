"""Handing mail to the mail server.

Each row is taken in hand by one UPDATE that only one worker can win, and marked by another when the server has said
yes. A worker that dies before the server's yes loses nothing: its lease on the row runs out. One that dies between the
yes and the mark leaves SMTP's own unknown: the mail goes once more, with the same Message-ID. A server that does not
answer rests, and so do we; what waits is not counted as tried.
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
"""So many mails at most over one connection, and so long; then other work of the worker has its turn."""
COOLDOWN = 30.0
"""Seconds for which new mail does not call a server that was down."""
PATIENCE = timedelta(days=3)
LONGEST_PAUSE = timedelta(hours=4)

breaker = CircuitBreaker(COOLDOWN)


class ServerAway(Exception):
    """The mail server cannot be reached, or fell silent."""


def post(*, delivery_id: UUID | None = None, although_resting: bool = False) -> int:
    """Hand over this delivery and what else is due, what somebody waits for first. Returns how many have had their
    turn; 0 while the server rests."""
    if not (breaker.allows_call() or although_resting):
        return 0
    due = Delivery.objects.due()
    # Most often it went with a crowd before its own task came up.
    if delivery_id and not due.filter(pk=delivery_id).exists():
        return 0
    ids = list(due.first_things_first().values_list("pk", flat=True)[:BATCH])
    if delivery_id and delivery_id not in ids:
        ids.insert(0, delivery_id)
    if not ids:
        return 0
    try:
        handed = _hand_over(ids)
    except ServerAway as fault:
        breaker.failed()
        logger.warning("The mail server does not answer (%s); mail waits", fault)
        return 0
    breaker.succeeded()
    return handed


def _hand_over(ids: Sequence[UUID]) -> int:
    deliveries = Delivery.objects.whole().in_bulk(ids)
    connection = get_connection()
    until = time.monotonic() + SECONDS
    try:
        for number, pk in enumerate(ids):
            if time.monotonic() > until:
                return number
            if pk in deliveries:
                _hand_over_one(deliveries[pk], connection)
    finally:
        _close(connection)
    return len(ids)


def _hand_over_one(delivery: Delivery, connection: BaseEmailBackend) -> None:
    # Before it is taken in hand: a server that is away costs it no attempt.
    is_new = _open(connection)
    if not _take(delivery):
        return
    if not delivery.address.accepts(delivery.stream):
        _end(delivery, State.SUPPRESSED)
        return
    try:
        _say(messages.build(delivery), connection, is_new=is_new)
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        _answered(delivery, code, words)
    except smtplib.SMTPDataError as fault:
        _answered(delivery, fault.smtp_code, fault.smtp_error)
    except smtplib.SMTPSenderRefused as fault:
        # It is we who are not let in, and that is for whoever runs the site to mend.
        logger.error("The mail server refuses our sender: %s (delivery %s)", fault.smtp_code, delivery.pk)
        _put_off(delivery, str(fault.smtp_code))
    except OSError as fault:
        _put_off(delivery)
        raise ServerAway(type(fault).__name__) from fault
    except ValueError:
        logger.error("A mail cannot be written as a message (delivery %s)", delivery.pk)
        _end(delivery, State.FAILED)
    else:
        _end(delivery, State.SENT)


def _open(connection: BaseEmailBackend) -> bool:
    """Whether it is a new one."""
    try:
        return bool(connection.open())
    except OSError as fault:
        raise ServerAway(type(fault).__name__) from fault


def _say(message: EmailMessage, connection: BaseEmailBackend, *, is_new: bool) -> None:
    """Servers end a conversation after so many mails, or a pause: then once more, in a new one."""
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


def _take(delivery: Delivery) -> bool:
    """Whether the row is ours until its lease runs out, which is longer than any conversation with the server."""
    lease = timedelta(seconds=12 * settings.EMAIL_TIMEOUT)
    mine = Delivery.objects.due().filter(pk=delivery.pk)
    taken = mine.update(state=State.SENDING, due=timezone.now() + lease, attempts=F("attempts") + 1)
    delivery.attempts += 1
    return bool(taken)


def _end(delivery: Delivery, state: State, status: str = "") -> None:
    """It is over. Mail about an account holds keys, and what nobody wants holds words for nothing: erased at once."""
    DELIVERIES.labels(state.name.lower()).inc()
    now = timezone.now()
    gone: dict[str, Any] = {"sent_at": now} if state == State.SENT else {}
    if state == State.SUPPRESSED or not streams.get(delivery.stream).can_unsubscribe:
        gone |= {"subject": "", "text": "", "html": ""}
    Delivery.objects.filter(pk=delivery.pk).update(state=state, due=now, status=status, **gone)


def _put_off(delivery: Delivery, status: str = "") -> None:
    """Until later; given up when it has waited for days."""
    now = timezone.now()
    if now - delivery.not_before > PATIENCE:
        logger.error("A mail was given up after %s attempts (delivery %s)", delivery.attempts, delivery.pk)
        _end(delivery, State.FAILED, status)
        return
    DELIVERIES.labels("put_off").inc()
    pause = min(timedelta(minutes=2 ** min(delivery.attempts - 1, 12)), LONGEST_PAUSE)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.WAITING, due=now + pause, status=status)


def _answered(delivery: Delivery, code: int, words: bytes | str) -> None:
    """The server has said no to this very mail: not now (4), or never (5)."""
    status = bounces.status_in(code, words)
    if code < 500:
        _put_off(delivery, status)
        return
    logger.info("A mail was refused: %s (delivery %s)", status, delivery.pk)
    _end(delivery, State.REFUSED, status)
    bounces.record(delivery=delivery, status=status)

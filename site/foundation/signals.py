"""The one way out for facts and states: after commit, and never breaking who announced them."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

logger = logging.getLogger(__name__)


def send_on_commit(signal: Signal, fact: Any) -> None:
    """Send `fact` (a frozen dataclass of ids) as `signal(sender=type(fact), fact=fact)` once the
    transaction has committed; a rolled-back one sends nothing. A receiver that fails is logged."""
    transaction.on_commit(partial(_send, signal, fact))


def _send(signal: Signal, fact: Any) -> None:
    for receiver, answer in signal.send_robust(sender=type(fact), fact=fact):
        if isinstance(answer, Exception):
            logger.error("A receiver failed", extra={"receiver": repr(receiver)}, exc_info=answer)

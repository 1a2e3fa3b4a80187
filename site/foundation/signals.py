"""The two ways out. A FACT happened once: who has work to do for it enqueues that work with the change, who only tells
hears of it after the commit and never breaks who announced it. A STATE says "look again", may repeat, and leaves at
once, inside the transaction, so that the work it causes is enqueued with the change or not at all."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

logger = logging.getLogger(__name__)


class Fact(Signal):
    """Its own receivers hear after the commit. Those of `inside` hear within the transaction, and may do one thing:
    enqueue a task, which is then stored with the change or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = Signal()


def send_on_commit(signal: Fact, fact: Any) -> None:
    """Send `fact` (a frozen dataclass of ids) as `signal(sender=type(fact), fact=fact)` once the
    transaction has committed; a rolled-back one sends nothing. A receiver that fails is logged; one of
    `signal.inside` is called now, and its failure is the change's."""
    signal.inside.send(sender=type(fact), fact=fact)
    transaction.on_commit(partial(_send, signal, fact))


def send_state(signal: Signal, state: Any) -> None:
    """Send `state` (a frozen dataclass of ids) as `signal(sender=type(state), fact=state)`, now. Receivers enqueue
    tasks, or wait for the commit themselves; they read nothing, since the transaction may not be done."""
    signal.send(sender=type(state), fact=state)


def _send(signal: Fact, fact: Any) -> None:
    for receiver, answer in signal.send_robust(sender=type(fact), fact=fact):
        if isinstance(answer, Exception):
            logger.error("A receiver failed", extra={"receiver": repr(receiver)}, exc_info=answer)

"""The two kinds of signal between packages.

A FACT says that something happened once. Its receivers run after the commit and cannot break the sender; a receiver
that has work to do connects to `inside` and enqueues a task within the transaction. A STATE says "look again" and may
repeat. It is sent at once, inside the transaction, so that the task it causes is stored with the change or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

logger = logging.getLogger(__name__)

_gathered: ContextVar[list[tuple[Signal, Any]] | None] = ContextVar("gathered", default=None)


class Fact(Signal):
    """Its receivers run after the commit. Those of `inside` run within the transaction and may do one thing: enqueue a
    task, which is then stored with the change or not at all."""

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
    gathered = _gathered.get()
    if gathered is None:
        signal.send(sender=type(state), fact=state)
    else:
        gathered.append((signal, state))


@contextmanager
def states_together() -> Iterator[None]:
    """Hold back the states sent within the block, and send them at its end: those of one signal as one, with all
    their ids. For work on many rows whose models send a state a row. Use it inside the transaction. An exception
    in the block sends nothing."""
    if _gathered.get() is not None:
        yield
        return
    gathered: list[tuple[Signal, Any]] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for signal in dict.fromkeys(signal for signal, _state in gathered):
        for state in _merged([state for other, state in gathered if other is signal]):
            send_state(signal, state)


def _merged(states: Sequence[Any]) -> Sequence[Any]:
    """One state with the ids of all, where the states hold tuples of ids; else each different one."""
    names = [each.name for each in fields(states[0])]
    if not all(isinstance(getattr(states[0], name), tuple) for name in names):
        return list(dict.fromkeys(states))
    return [
        type(states[0])(*(tuple(sorted({pk for s in states for pk in getattr(s, name)})) for name in names))
    ]


def _send(signal: Fact, fact: Any) -> None:
    for receiver, answer in signal.send_robust(sender=type(fact), fact=fact):
        if isinstance(answer, Exception):
            logger.error("A receiver failed", extra={"receiver": repr(receiver)}, exc_info=answer)

"""The two ways in which a package announces a change.

A FACT happened once. A receiver that has work to do enqueues it with the change; one that only tells others hears of it
after the commit, and its failure breaks nothing. A STATE says "look again at these". It leaves inside the transaction,
so that the work it causes is enqueued with the change or not at all, and once per transaction for each subject: that
work begins after the commit and reads what is true then, so a second one would gain nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from functools import partial
from typing import Any, NamedTuple

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
    """Send `state`, a frozen dataclass with one tuple of ids, as `signal(sender=type(state), fact=state)`, now.

    Ids for which the signal was sent before in this transaction are left out. Receivers enqueue tasks, or wait for the
    commit themselves; they read nothing, since the transaction may not be done.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append((signal, state))
        return
    ids = ids_of(state)
    sent = _sent_in_transaction()
    if sent is not None:
        ids = tuple(pk for pk in ids if (signal, pk) not in sent.all)
        sent.here.update((signal, pk) for pk in ids)
    if ids:
        signal.send(sender=type(state), fact=type(state)(ids))


def ids_of(state: Any) -> tuple[int, ...]:
    """The ids in the one field of a state."""
    (field,) = fields(state)
    return tuple(getattr(state, field.name))


class _Sent:
    """The (signal, id) of states sent in one savepoint.

    It waits among the connection's functions to call on commit, for what Django does with them there is what has to be
    done with it: they are dropped when their savepoint or the transaction is rolled back, and the tasks that the states
    enqueued are gone then too.
    """

    def __init__(self) -> None:
        self.states: set[tuple[Signal, int]] = set()

    def __call__(self) -> None:
        """Do nothing at the commit."""


class _SentInTransaction(NamedTuple):
    """What was sent in the transaction, and the set to which what is sent now is added."""

    all: set[tuple[Signal, int]]
    here: set[tuple[Signal, int]]


def _sent_in_transaction() -> _SentInTransaction | None:
    """None outside a transaction.

    A test case opens a transaction around all that a test does. There, as for Django's own check of durable blocks, a
    transaction is what begins with the first block of our own.
    """
    connection = transaction.get_connection()
    around = sum(block._from_testcase for block in connection.atomic_blocks)
    if len(connection.atomic_blocks) <= around:
        return None
    begins = connection.savepoint_ids[around - 1 : around]
    if begins == [None]:
        return None
    savepoints = set(connection.savepoint_ids)
    sent: set[tuple[Signal, int]] = set()
    here = None
    for inside, function, _robust in connection.run_on_commit:
        if isinstance(function, _Sent) and inside.issuperset(begins):
            sent |= function.states
            if inside == savepoints:
                here = function
    if here is None:
        here = _Sent()
        transaction.on_commit(here)
    return _SentInTransaction(sent, here.states)


@contextmanager
def states_together() -> Iterator[None]:
    """Hold back the states sent within the block, and send those of one signal as one at its end, with all their ids.

    For work on many rows whose models send a state each: it enqueues a task for many of them instead of one for each.
    Use it inside the transaction. An exception in the block sends nothing.
    """
    if _gathered.get() is not None:
        yield
        return
    gathered: list[tuple[Signal, Any]] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    ids: dict[tuple[Signal, type], set[int]] = {}
    for signal, state in gathered:
        ids.setdefault((signal, type(state)), set()).update(ids_of(state))
    for (signal, kind), some in ids.items():
        send_state(signal, kind(tuple(sorted(some))))


def _send(signal: Fact, fact: Any) -> None:
    for receiver, answer in signal.send_robust(sender=type(fact), fact=fact):
        if isinstance(answer, Exception):
            logger.error("A receiver failed", extra={"receiver": repr(receiver)}, exc_info=answer)

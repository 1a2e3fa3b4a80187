"""The two ways in which a package announces a change.

A FACT happened once. A receiver that has work to do enqueues it with the change. A receiver that only notifies others
runs after the commit, and its failure breaks nothing.

A STATE says "look again at these ids". It is sent inside the transaction, so that its tasks are stored with the change
or not at all. It is sent once per transaction for each subject: the task begins after the commit and reads the rows as
they are then, so a second task would do nothing more.
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
    """A signal whose receivers run after the commit. The receivers of `inside` run within the transaction and may do
    one thing: enqueue a task, which is then stored with the change or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = Signal()


def send_on_commit(signal: Fact, fact: Any) -> None:
    """Send `fact` (a frozen dataclass of ids) as `signal(sender=type(fact), fact=fact)` after the commit.

    A transaction that is rolled back sends nothing. A receiver that fails is logged. Receivers of `signal.inside` are
    called now, and their exception rolls the change back.
    """
    signal.inside.send(sender=type(fact), fact=fact)
    transaction.on_commit(partial(_send, signal, fact))


def send_state(signal: Signal, state: Any) -> None:
    """Send `state`, a frozen dataclass with one tuple of ids, as `signal(sender=type(state), fact=state)`, now.

    Ids for which the signal was sent before in this transaction are left out. Receivers enqueue tasks, or wait for the
    commit themselves. They read nothing, since the transaction may not be complete.
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

    It is stored as one of the connection's `on_commit` functions. Django drops these when their savepoint or the
    transaction is rolled back. The tasks that the states enqueued are rolled back with it, so the states may be sent
    again.
    """

    def __init__(self) -> None:
        self.states: set[tuple[Signal, int]] = set()

    def __call__(self) -> None:
        """Do nothing at the commit."""


class _SentInTransaction(NamedTuple):
    """`all` are the states sent in the transaction. `here` is the set for states that are sent now."""

    all: set[tuple[Signal, int]]
    here: set[tuple[Signal, int]]


def _sent_in_transaction() -> _SentInTransaction | None:
    """Return the states sent in this transaction, or None outside a transaction.

    A test case opens a transaction around each test. There the transaction is the first block inside that one, as in
    Django's own check of durable blocks.
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
    """Collect the states sent within the block, and send one state for each signal at its end, with all ids.

    Use it for work on many rows whose models each send a state: it enqueues one task for many rows instead of one for
    each. Use it inside the transaction. An exception in the block sends nothing.
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

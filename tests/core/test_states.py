"""A state signal is sent once for each transaction and subject, also when a savepoint is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.dispatch import Signal

from core.signals import send_state, states_together


@dataclass(frozen=True)
class RowsChanged:
    row_ids: tuple[int, ...]


rows_changed = Signal()

# The same cases inside the transaction of a test, as most tests run.
pytestmark = [pytest.mark.embedded]
BOTH = pytest.mark.parametrize(
    "where",
    [
        pytest.param("inside", marks=pytest.mark.django_db),
        pytest.param("outside", marks=pytest.mark.django_db(transaction=True)),
    ],
)


@pytest.fixture
def heard() -> Iterator[list[tuple[int, ...]]]:
    states: list[tuple[int, ...]] = []

    def hear(fact: RowsChanged, **kwargs: object) -> None:
        states.append(fact.row_ids)

    rows_changed.connect(hear)
    yield states
    rows_changed.disconnect(hear)


def change(*ids: int) -> None:
    send_state(rows_changed, RowsChanged(ids))


def rolled_back(*ids: int) -> None:
    with transaction.atomic():
        change(*ids)
        transaction.set_rollback(True)


@BOTH
def test_a_state_is_sent_once_for_each_subject_in_a_transaction(
    heard: list[tuple[int, ...]], where: str
) -> None:
    with transaction.atomic():
        change(1)
        assert heard == [(1,)], "at once, inside the transaction"
        with transaction.atomic():
            change(1)
            change(1, 2)
        change(2)
    assert heard == [(1,), (2,)]


@BOTH
def test_the_next_transaction_sends_it_again(heard: list[tuple[int, ...]], where: str) -> None:
    for _ in range(2):
        with transaction.atomic():
            change(1)
    rolled_back(2)
    with transaction.atomic():
        change(2)
    assert heard == [(1,), (1,), (2,), (2,)]


@BOTH
def test_a_state_of_a_rolled_back_savepoint_is_sent_again(heard: list[tuple[int, ...]], where: str) -> None:
    with transaction.atomic():
        rolled_back(1)
        change(1)
        rolled_back(1)
        with transaction.atomic():
            change(2)
        change(2)
    assert heard == [(1,), (1,), (2,)]


@BOTH
def test_without_a_transaction_every_state_is_sent(heard: list[tuple[int, ...]], where: str) -> None:
    change(1)
    change(1)
    assert heard == [(1,), (1,)]


@BOTH
def test_states_of_many_rows_are_sent_together(heard: list[tuple[int, ...]], where: str) -> None:
    with transaction.atomic():
        change(1)
        with states_together():
            change(3)
            change(1)
            change(2)
            assert heard == [(1,)]
    assert heard == [(1,), (2, 3)]

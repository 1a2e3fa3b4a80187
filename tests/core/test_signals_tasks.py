"""Fact signals and tasks are sent with the commit, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from community.mail.tasks import deliver
from core.signals import Fact, send_on_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]


@dataclass(frozen=True)
class Happened:
    number: int


happened = Fact()


@pytest.fixture
def heard() -> Iterator[list[int]]:
    numbers: list[int] = []

    def hear(fact: Happened, **kwargs: object) -> None:
        numbers.append(fact.number)

    happened.connect(hear)
    yield numbers
    happened.disconnect(hear)


def roll_back_after(action: Callable[[], object]) -> None:
    with transaction.atomic():
        action()
        transaction.set_rollback(True)


def waiting_mail() -> list[str]:
    mails = DBTaskResult.objects.filter(task_path__endswith="mail.tasks.deliver")
    return [mail.queue_name for mail in mails]


def mail() -> object:
    return deliver.enqueue(delivery_id=str(uuid4()))


def test_a_fact_is_sent_after_the_commit(heard: list[int]) -> None:
    with transaction.atomic():
        send_on_commit(happened, Happened(1))
        assert heard == []
    assert heard == [1]


def test_a_fact_of_a_rolled_back_transaction_is_never_sent(heard: list[int]) -> None:
    roll_back_after(lambda: send_on_commit(happened, Happened(1)))
    assert heard == []


def test_a_failing_receiver_is_logged_and_does_not_stop_the_others(
    heard: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**kwargs: object) -> None:
        raise RuntimeError("the layer is away")

    happened.connect(fail)
    with caplog.at_level(logging.ERROR, logger="core.signals"):
        send_on_commit(happened, Happened(2))
    happened.disconnect(fail)
    assert heard == [2]
    assert "the layer is away" in caplog.text


def test_work_caused_by_a_fact_is_enqueued_with_the_change_or_not_at_all() -> None:
    def enqueue(**kwargs: object) -> None:
        mail()

    happened.inside.connect(enqueue)
    roll_back_after(lambda: send_on_commit(happened, Happened(3)))
    assert waiting_mail() == []
    with transaction.atomic():
        send_on_commit(happened, Happened(3))
        assert waiting_mail() == ["mail"]
    happened.inside.disconnect(enqueue)


def test_a_task_waits_in_its_queue_after_the_commit() -> None:
    with transaction.atomic():
        mail()
    assert waiting_mail() == ["mail"]


def test_a_task_is_rolled_back_with_its_transaction() -> None:
    roll_back_after(mail)
    assert waiting_mail() == []

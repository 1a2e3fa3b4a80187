"""Real workers, killed in the middle of a mail: it arrives, and whatever the server had not taken arrives once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from community.mail.models import Address, Delivery, State
from community.mail.tasks import deliver_due
from operations import schedule
from operations.models import JobRun
from tests.community.mail.smtp import MailServer
from tests.support.processes import WorkerProcess, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

Send = Callable[..., Delivery]
FAR_AWAY = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_else_to_do() -> None:
    JobRun.objects.all().delete()
    JobRun.objects.bulk_create([JobRun(job=job.name, period=FAR_AWAY) for job in schedule.JOBS])
    DBTaskResult.objects.all().delete()


@pytest.fixture
def worker(tmp_path: Path, mail_server: MailServer) -> WorkerProcess:
    return WorkerProcess(tmp_path, EMAIL_URL=mail_server.url, EMAIL_TIMEOUT="0.5")


def all_is_sent() -> bool:
    return not Delivery.objects.exclude(state=State.SENT).exists()


def nothing_is_in_hand() -> bool:
    return not Delivery.objects.filter(state=State.SENDING, due__gt=timezone.now()).exists()


def let_the_minute_come_round() -> None:
    """What the schedule does once a minute, as soon as it can find something."""
    wait_until(nothing_is_in_hand)
    deliver_due.enqueue()


def test_killed_before_the_server_has_the_mail_it_arrives_once(
    worker: WorkerProcess, mail_server: MailServer, guest: Address, send: Send
) -> None:
    delivery = send(guest, stream="newsletter")
    mail_server.hold("RCPT")
    with worker:
        assert mail_server.reached.wait(60)
        worker.kill()
        mail_server.release()
        assert mail_server.messages() == []
        worker.start()
        let_the_minute_come_round()
        wait_until(all_is_sent)
    assert [message["Message-ID"] for message in mail_server.messages()] == [delivery.message_id]


def test_killed_after_the_servers_yes_nothing_is_sent_again(
    worker: WorkerProcess, mail_server: MailServer, guest: Address, send: Send
) -> None:
    for number in range(40):
        send(guest, key=str(number), stream="newsletter")
    with worker:
        wait_until(lambda: Delivery.objects.filter(state=State.SENT).count() >= 10)
        worker.kill()
        worker.start()
        let_the_minute_come_round()
        wait_until(all_is_sent)
    names = [message["Message-ID"] for message in mail_server.messages()]
    assert set(names) == set(Delivery.objects.values_list("message_id", flat=True))
    assert len(names) <= 41, "at most the one whose answer the worker did not live to hear"


def test_killed_while_the_server_answers_it_comes_again_under_the_same_name(
    worker: WorkerProcess, mail_server: MailServer, guest: Address, send: Send
) -> None:
    delivery = send(guest, stream="newsletter")
    mail_server.hold("DATA")
    with worker:
        assert mail_server.reached.wait(60)
        worker.kill()
        mail_server.release()
        worker.start()
        let_the_minute_come_round()
        wait_until(all_is_sent)
    assert {message["Message-ID"] for message in mail_server.messages()} == {delivery.message_id}
    assert len(mail_server.messages()) == 2, "SMTP's own unknown"

"""Real workers, killed while they send a mail: it arrives, and only once if the server had not accepted it."""

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


def no_lease_is_active() -> bool:
    return not Delivery.objects.filter(state=State.SENDING, due__gt=timezone.now()).exists()


def enqueue_delivery() -> None:
    """Enqueue the task that the schedule enqueues each minute, once the leases of the killed worker have ended."""
    wait_until(no_lease_is_active)
    deliver_due.enqueue()


def test_a_mail_arrives_once_when_the_worker_is_killed_before_the_server_has_it(
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
        enqueue_delivery()
        wait_until(all_is_sent)
    assert [message["Message-ID"] for message in mail_server.messages()] == [delivery.message_id]


def test_accepted_mails_are_not_sent_again_when_the_worker_is_killed(
    worker: WorkerProcess, mail_server: MailServer, guest: Address, send: Send
) -> None:
    for number in range(40):
        send(guest, key=str(number), stream="newsletter")
    with worker:
        wait_until(lambda: Delivery.objects.filter(state=State.SENT).count() >= 10)
        worker.kill()
        worker.start()
        enqueue_delivery()
        wait_until(all_is_sent)
    names = [message["Message-ID"] for message in mail_server.messages()]
    assert set(names) == set(Delivery.objects.values_list("message_id", flat=True))
    assert len(names) <= 41, "at most one mail is sent twice: the worker was killed before it got the answer"


def test_a_mail_is_sent_again_with_the_same_id_when_the_worker_is_killed_before_the_answer(
    worker: WorkerProcess, mail_server: MailServer, guest: Address, send: Send
) -> None:
    delivery = send(guest, stream="newsletter")
    mail_server.hold("DATA")
    with worker:
        assert mail_server.reached.wait(60)
        worker.kill()
        mail_server.release()
        worker.start()
        enqueue_delivery()
        wait_until(all_is_sent)
    assert {message["Message-ID"] for message in mail_server.messages()} == {delivery.message_id}
    assert len(mail_server.messages()) == 2, "SMTP cannot prevent this"

"""A mail server that is down, slow, or refuses mail: no mail is lost, and each arrives once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from community.mail import posting, services
from community.mail.models import Address, Delivery, State
from community.mail.tasks import deliver_due
from tests.community.mail.smtp import MailServer
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]
Wait = Callable[[], None]


def test_mail_waits_while_the_server_is_down(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    mail_server.stop()
    delivery = send(anna)
    for _minute in range(45):
        posting.breaker.succeeded()
        assert posting.deliver(ignore_cooldown=True) == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 0), (
        "a failed connection is no attempt at the mail"
    )
    mail_server.start()
    deliver_due.call()
    assert len(mail_server.messages()) == 1


def test_new_mail_is_not_tried_while_the_server_is_down(
    mail_server: MailServer, anna: Address, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.stop()
    send(anna)
    send(anna, key="two")
    run_due_tasks()
    assert caplog.text.count("does not answer") == 1, "the second mail was not tried"
    mail_server.start()
    deliver_due.call()
    assert len(mail_server.messages()) == 2


@pytest.mark.parametrize("trouble", ["recipient", "data"])
def test_a_temporary_refusal_is_retried_with_growing_pauses(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait, trouble: str
) -> None:
    def answer(line: str) -> None:
        if trouble == "recipient":
            mail_server.answers[anna.email] = line
        else:
            mail_server.at_data = line

    answer("451 4.7.1 Greylisted, come back later")
    delivery = send(anna)
    pauses = []
    for _attempt in range(12):
        let_time_pass()
        deliver_due.call()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.status) == (State.WAITING, "4.7.1")
        pauses.append(round((delivery.due - timezone.now()).total_seconds()))
    assert pauses == [60 * minutes for minutes in (1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240)]
    answer("250 OK")
    let_time_pass()
    deliver_due.call()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT
    assert len(mail_server.messages()) == 1


def test_a_mail_fails_after_three_days_of_temporary_refusals(
    mail_server: MailServer, anna: Address, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.answers[anna.email] = "450 4.2.1 Not today"
    delivery = send(anna)
    Delivery.objects.update(not_before=timezone.now() - timedelta(days=3, hours=1))
    deliver_due.call()
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert "given up" in caplog.text
    anna.refresh_from_db()
    assert anna.accepts("news"), "the address still accepts mail"


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user <anna@example.org>", "550 Unknown"])
def test_an_unknown_recipient_gets_no_more_mail_except_account_mail(
    mail_server: MailServer, anna: Address, send: Send, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    mail_server.answers[anna.email] = answer
    delivery = send(anna)
    with caplog.at_level("INFO"):
        run_due_tasks()
    delivery.refresh_from_db()
    assert delivery.state == State.REFUSED
    assert send(services.address_of(anna.member), key="two") is None
    assert send(services.address_of(anna.member), key="account", stream="account")
    assert "A mail was refused" in caplog.text
    assert "anna" not in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.parametrize("answer", ["554 5.7.1 We do not like your words", "552 5.3.4 Too big"])
def test_a_mail_refused_for_its_content_does_not_close_the_address(
    mail_server: MailServer, anna: Address, send: Send, answer: str
) -> None:
    mail_server.at_data = answer
    for number in range(4):
        delivery = send(anna, key=str(number))
    run_due_tasks()
    delivery.refresh_from_db()
    anna.refresh_from_db()
    assert delivery.state == State.REFUSED
    assert anna.accepts("news")


def test_a_mail_is_retried_with_the_same_message_id_after_a_dropped_connection(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    mail_server.drops_connection = True
    delivery = send(anna)
    run_due_tasks()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    mail_server.drops_connection = False
    let_time_pass()
    deliver_due.call()
    assert [message["Message-ID"] for message in mail_server.messages()] == [delivery.message_id]


def test_a_dropped_connection_does_not_delay_other_mail(
    mail_server: MailServer, anna: Address, guest: Address, send: Send
) -> None:
    broken = send(anna)
    mail_server.drops_connection = True
    run_due_tasks()
    mail_server.drops_connection = False
    send(guest, stream="newsletter")
    deliver_due.call()
    broken.refresh_from_db()
    assert broken.state == State.WAITING
    assert len(mail_server.messages(guest.email)) == 1


def test_a_server_that_does_not_answer_ends_in_a_timeout(
    mail_server: MailServer, anna: Address, send: Send, settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server.hold("RCPT")
    delivery = send(anna)
    run_due_tasks()
    delivery.refresh_from_db()
    assert delivery.state == State.WAITING
    assert delivery.attempts == 1


def test_a_leased_delivery_is_not_claimed_by_another_worker(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    delivery = send(anna)
    assert posting._claim(delivery)
    run_due_tasks()
    deliver_due.call()
    assert mail_server.messages() == []
    let_time_pass()
    deliver_due.call()
    assert len(mail_server.messages()) == 1, "the lease of the lost worker has ended"


def test_a_crash_before_a_sent_mail_is_saved_sends_it_again_with_the_same_message_id(
    mail_server: MailServer,
    anna: Address,
    send: Send,
    let_time_pass: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery = send(anna)

    def die(*args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(posting, "_finish", die)
        with pytest.raises(SystemExit):
            deliver_due.call()
    let_time_pass()
    deliver_due.call()
    names = [message["Message-ID"] for message in mail_server.messages()]
    assert names == [delivery.message_id] * 2, "SMTP cannot prevent this; a mail program shows both as one"


def test_many_mails_are_all_sent_in_batches(
    mail_server: MailServer, guest: Address, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "BATCH", 10)
    for number in range(35):
        send(guest, key=str(number), stream="newsletter")
    deliver_due.enqueue()
    run_due_tasks()
    assert len(mail_server.messages()) == 35


def test_delivery_stops_at_its_time_limit_and_continues_later(
    mail_server: MailServer, guest: Address, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", -1)
    send(guest, stream="newsletter")
    assert posting.deliver() == 0
    monkeypatch.setattr(posting, "SECONDS", 10)
    assert posting.deliver() == 1


def test_a_server_that_limits_mails_per_connection_gets_all_of_them(
    mail_server: MailServer, guest: Address, send: Send
) -> None:
    mail_server.max_mails = 3
    for number in range(10):
        send(guest, key=str(number), stream="newsletter")
    deliver_due.call()
    assert len(mail_server.messages()) == 10
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_after_a_421_answer_the_other_mails_go_over_a_new_connection(
    mail_server: MailServer, anna: Address, guest: Address, send: Send
) -> None:
    mail_server.answers[anna.email] = "421 4.3.2 Closing"
    first = send(anna)
    send(guest, stream="newsletter")
    deliver_due.call()
    first.refresh_from_db()
    assert (first.state, first.status) == (State.WAITING, "4.3.2")
    assert len(mail_server.messages(guest.email)) == 1

"""A mail server that is away, slow, or says no: nothing is lost, nothing comes twice, nobody is pestered."""

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


def test_while_the_server_is_away_mail_waits_and_then_goes(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    mail_server.stop()
    delivery = send(anna)
    for _minute in range(45):
        posting.breaker.succeeded()
        assert posting.deliver(ignore_cooldown=True) == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 0), "it is not the mail's fault"
    mail_server.start()
    deliver_due.call()
    assert len(mail_server.messages()) == 1


def test_a_server_that_is_away_is_left_in_peace_by_new_mail(
    mail_server: MailServer, anna: Address, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.stop()
    send(anna)
    send(anna, key="two")
    run_due_tasks()
    assert caplog.text.count("does not answer") == 1, "the second did not even try"
    mail_server.start()
    deliver_due.call()
    assert len(mail_server.messages()) == 2


@pytest.mark.parametrize("trouble", ["recipient", "data"])
def test_not_now_is_tried_again_with_growing_pauses_for_days(
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


def test_after_three_days_of_not_now_it_is_given_up(
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
    assert anna.accepts("news"), "the address is not to blame"


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user <anna@example.org>", "550 Unknown"])
def test_a_recipient_that_is_not_there_gets_nothing_more(
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
def test_refused_words_are_not_held_against_the_address(
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


def test_a_server_that_hangs_up_in_the_middle_gets_it_again_later_with_the_same_name(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    mail_server.hangs_up = True
    delivery = send(anna)
    run_due_tasks()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    mail_server.hangs_up = False
    let_time_pass()
    deliver_due.call()
    assert [message["Message-ID"] for message in mail_server.messages()] == [delivery.message_id]


def test_one_mail_that_breaks_the_conversation_does_not_hold_up_the_others(
    mail_server: MailServer, anna: Address, guest: Address, send: Send
) -> None:
    broken = send(anna)
    mail_server.hangs_up = True
    run_due_tasks()
    mail_server.hangs_up = False
    send(guest, stream="newsletter")
    deliver_due.call()
    broken.refresh_from_db()
    assert broken.state == State.WAITING
    assert len(mail_server.messages(guest.email)) == 1


def test_a_server_that_falls_silent_is_not_waited_for_long(
    mail_server: MailServer, anna: Address, send: Send, settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server.hold("RCPT")
    delivery = send(anna)
    run_due_tasks()
    delivery.refresh_from_db()
    assert delivery.state == State.WAITING
    assert delivery.attempts == 1


def test_what_one_worker_has_in_hand_no_other_takes(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Wait
) -> None:
    delivery = send(anna)
    assert posting._claim(delivery)
    run_due_tasks()
    deliver_due.call()
    assert mail_server.messages() == []
    let_time_pass()
    deliver_due.call()
    assert len(mail_server.messages()) == 1, "its worker never came back"


def test_a_crash_between_the_servers_yes_and_our_mark_sends_it_again_under_the_same_name(
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
    assert names == [delivery.message_id] * 2, "SMTP's own unknown: a mail program shows them as one"


def test_a_crowd_goes_in_batches_and_none_is_forgotten(
    mail_server: MailServer, guest: Address, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "BATCH", 10)
    for number in range(35):
        send(guest, key=str(number), stream="newsletter")
    deliver_due.enqueue()
    run_due_tasks()
    assert len(mail_server.messages()) == 35


def test_a_slow_server_does_not_keep_the_worker_from_its_other_work(
    mail_server: MailServer, guest: Address, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", -1)
    send(guest, stream="newsletter")
    assert posting.deliver() == 0
    monkeypatch.setattr(posting, "SECONDS", 10)
    assert posting.deliver() == 1


def test_a_server_that_takes_only_a_few_mails_at_a_time_gets_them_all_at_once(
    mail_server: MailServer, guest: Address, send: Send
) -> None:
    mail_server.at_most = 3
    for number in range(10):
        send(guest, key=str(number), stream="newsletter")
    deliver_due.call()
    assert len(mail_server.messages()) == 10
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_server_that_goes_to_rest_in_the_middle_gets_the_others_in_a_new_conversation(
    mail_server: MailServer, anna: Address, guest: Address, send: Send
) -> None:
    mail_server.answers[anna.email] = "421 4.3.2 Closing"
    first = send(anna)
    send(guest, stream="newsletter")
    deliver_due.call()
    first.refresh_from_db()
    assert (first.state, first.status) == (State.WAITING, "4.3.2")
    assert len(mail_server.messages(guest.email)) == 1

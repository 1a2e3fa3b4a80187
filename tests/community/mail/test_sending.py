"""A mail is written once, in its reader's language, and is sent only to those who accept its stream."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from community.mail import services, streams
from community.mail.models import Address, Delivery, State
from community.mail.services import OutgoingMail
from community.mail.tasks import deliver_due
from tests.community.mail.smtp import MailServer
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

Send = Callable[..., Delivery | None]


def test_a_mail_with_the_same_key_is_sent_once(mail_server: MailServer, anna: Address, send: Send) -> None:
    first = send(anna)
    assert first == send(anna), "the same key is the same mail"
    assert mail_server.messages() == [], "sending only enqueues a task"
    run_due_tasks()
    (message,) = mail_server.messages("anna@example.org")
    assert message["Message-ID"] == first.message_id
    first.refresh_from_db()
    assert (first.state, first.attempts) == (State.SENT, 1)
    assert send(anna) == first
    deliver_due.call()
    run_due_tasks()
    assert len(mail_server.messages()) == 1
    assert send(anna, key="two") != first


def test_a_mail_is_rolled_back_with_the_change_that_causes_it(anna: Address, send: Send) -> None:
    with transaction.atomic():
        send(anna)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not DBTaskResult.objects.filter(queue_name="mail").exists()


def test_a_task_holds_only_the_id_of_a_delivery(anna: Address, send: Send) -> None:
    delivery = send(anna)
    row = DBTaskResult.objects.get(queue_name="mail")
    assert row.args_kwargs == {"args": [], "kwargs": {"delivery_id": str(delivery.pk)}}


def test_a_mail_for_later_is_not_sent_before_its_time(
    mail_server: MailServer, anna: Address, send: Send, let_time_pass: Callable[[], None]
) -> None:
    send(anna, not_before=timezone.now() + timedelta(hours=9))
    run_due_tasks()
    deliver_due.call()
    assert mail_server.messages() == []
    let_time_pass()
    deliver_due.call()
    assert len(mail_server.messages()) == 1


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [("sv", "Bekräfta din e-postadress", "Hej!"), ("en", "Confirm your e-mail address", "Hello!")],
)
def test_a_mail_is_in_the_language_of_its_reader_not_of_the_actor(
    mail_server: MailServer, anna: Address, language: str, subject: str, greeting: str
) -> None:
    services.speak(address=anna, language=language)
    with translation.override("sv" if language == "en" else "en"):
        services.send(
            to=anna,
            stream=streams.ACCOUNT,
            key="one",
            template="account/email_confirmation",
            context={"activate_url": "https://samverka.example/"},
        )
    run_due_tasks()
    (message,) = mail_server.messages()
    assert message["Subject"] == subject
    assert message["Content-Language"] == language
    text, html = (message.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert greeting in text
    assert greeting in html
    assert f'<html lang="{language}">' in html


def test_the_text_is_plain_and_the_html_is_escaped(anna: Address, send: Send) -> None:
    delivery = send(anna)
    assert "News & views" in delivery.text
    assert "News &amp; views" in delivery.html


def test_a_member_gets_the_streams_that_they_have_not_turned_off(anna: Address, send: Send) -> None:
    assert send(anna)
    services.unsubscribe(address=anna, stream="news")
    assert send(services.address_of(anna.member), key="two") is None
    assert not Delivery.objects.filter(key="two").exists()
    services.resubscribe(address=anna, stream="news")
    assert send(services.address_of(anna.member), key="three")


def test_a_member_with_an_unconfirmed_address_gets_account_mail_only(send: Send) -> None:
    member = MemberFactory()
    member.emailaddress_set.create(email=member.email, primary=True, verified=False)
    address = services.address_of(member)
    assert address.member is None
    assert send(address) is None
    assert send(address, stream=streams.ACCOUNT)


def test_a_guest_gets_only_the_streams_they_subscribe_to(guest: Address, send: Send) -> None:
    assert send(guest, stream=streams.NEWSLETTER)
    assert send(guest, key="two") is None


def test_a_member_gets_no_newsletter_without_a_subscription(anna: Address, send: Send) -> None:
    assert send(anna, stream=streams.NEWSLETTER) is None


def test_a_closed_account_gets_no_mail(anna: Address, send: Send) -> None:
    anna.member.is_active = False
    anna.member.save()
    assert send(services.address_of(anna.member)) is None


def test_a_queued_mail_is_suppressed_and_erased_when_the_reader_unsubscribes(
    mail_server: MailServer, anna: Address, send: Send
) -> None:
    delivery = send(anna)
    services.unsubscribe(address=anna, stream="news")
    run_due_tasks()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.subject, delivery.text, delivery.html) == (State.SUPPRESSED, "", "", "")
    assert mail_server.messages() == []


def mails(addresses: list[Address]) -> list[OutgoingMail]:
    return [
        OutgoingMail(address, "week 12", {"confirm_url": "https://samverka.example/", "stream_label": "News"})
        for address in addresses
    ]


def test_a_thousand_mails_are_written_in_a_few_queries(django_assert_max_num_queries: Any) -> None:
    Address.objects.bulk_create(
        Address(email=f"reader{number}@example.org", confirmed_at=timezone.now()) for number in range(1000)
    )
    for address in Address.objects.all():
        address.subscriptions.create(stream=streams.NEWSLETTER, wanted=True)
    found = mails(list(Address.objects.all()))
    with django_assert_max_num_queries(30):
        assert (
            services.send_many(stream=streams.NEWSLETTER, template="confirm_subscription", mails=found)
            == 1000
        )
    again = mails(list(Address.objects.all()))
    assert services.send_many(stream=streams.NEWSLETTER, template="confirm_subscription", mails=again) == 0, (
        "each was already written"
    )
    assert DBTaskResult.objects.filter(queue_name="mail").count() == 1


def test_many_mails_are_sent_over_few_connections_to_subscribers_only(
    mail_server: MailServer, anna: Address, guest: Address
) -> None:
    readers = [anna, guest]
    for number in range(120):
        address = Address.objects.create(email=f"reader{number}@example.org", confirmed_at=timezone.now())
        address.subscriptions.create(stream=streams.NEWSLETTER, wanted=True)
        readers.append(address)
    services.send_many(stream=streams.NEWSLETTER, template="confirm_subscription", mails=mails(readers))
    run_due_tasks()
    recipients = [recipient for envelope in mail_server.envelopes for recipient in envelope.rcpt_tos]
    assert sorted(recipients) == sorted(reader.email for reader in readers if reader != anna)
    assert mail_server.connections == 2


def test_account_mail_is_sent_before_other_mail(mail_server: MailServer, anna: Address, send: Send) -> None:
    for number in range(30):
        send(anna, key=f"news {number}")
    send(anna, key="password", stream=streams.ACCOUNT)
    run_due_tasks()
    first = mail_server.messages()[0]
    assert first["Message-ID"] == Delivery.objects.get(key="password").message_id
    assert len(mail_server.messages()) == 31

"""A mail is written once, in its reader's language, and goes only to who takes it."""

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


def test_a_mail_arrives_once_whatever_is_tried(mail_server: MailServer, anna: Address, send: Send) -> None:
    first = send(anna)
    assert first == send(anna), "the key says it is the same"
    assert mail_server.messages() == [], "nobody waits for a mail server"
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


def test_a_mail_goes_with_the_change_that_causes_it_or_not_at_all(anna: Address, send: Send) -> None:
    with transaction.atomic():
        send(anna)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not DBTaskResult.objects.filter(queue_name="mail").exists()


def test_a_task_holds_nothing_but_the_number_of_a_delivery(anna: Address, send: Send) -> None:
    delivery = send(anna)
    row = DBTaskResult.objects.get(queue_name="mail")
    assert row.args_kwargs == {"args": [], "kwargs": {"delivery_id": str(delivery.pk)}}


def test_a_mail_for_later_waits_until_then(
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
    ("language", "subject", "said"),
    [("sv", "Bekräfta din e-postadress", "Hej!"), ("en", "Confirm your e-mail address", "Hello!")],
)
def test_it_speaks_the_readers_language_whoever_causes_it(
    mail_server: MailServer, anna: Address, language: str, subject: str, said: str
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
    assert said in text
    assert said in html
    assert f'<html lang="{language}">' in html


def test_text_is_plain_and_html_is_escaped(anna: Address, send: Send) -> None:
    delivery = send(anna)
    assert "News & views" in delivery.text
    assert "News &amp; views" in delivery.html


def test_a_member_gets_what_they_have_not_turned_off(anna: Address, send: Send) -> None:
    assert send(anna)
    services.unsubscribe(address=anna, stream="news")
    assert send(services.address_of(anna.member), key="two") is None
    assert not Delivery.objects.filter(key="two").exists()
    services.resubscribe(address=anna, stream="news")
    assert send(services.address_of(anna.member), key="three")


def test_a_member_who_has_not_confirmed_the_address_gets_account_mail_only(send: Send) -> None:
    member = MemberFactory()
    member.emailaddress_set.create(email=member.email, primary=True, verified=False)
    address = services.address_of(member)
    assert address.member is None
    assert send(address) is None
    assert send(address, stream=streams.ACCOUNT)


def test_a_guest_gets_what_they_asked_for_and_nothing_else(guest: Address, send: Send) -> None:
    assert send(guest, stream=streams.NEWSLETTER)
    assert send(guest, key="two") is None


def test_the_newsletter_is_for_who_asked_for_it_members_too(anna: Address, send: Send) -> None:
    assert send(anna, stream=streams.NEWSLETTER) is None


def test_a_closed_account_gets_no_mail(anna: Address, send: Send) -> None:
    anna.member.is_active = False
    anna.member.save()
    assert send(services.address_of(anna.member)) is None


def test_what_is_no_longer_wanted_when_it_would_go_is_kept_back_and_erased(
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


def test_a_thousand_mails_are_no_thousand_queries(django_assert_max_num_queries: Any) -> None:
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
        "each was written before"
    )
    assert DBTaskResult.objects.filter(queue_name="mail").count() == 1


def test_many_mails_go_to_who_takes_them_over_few_connections(
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


def test_mail_about_an_account_goes_ahead_of_the_crowd(
    mail_server: MailServer, anna: Address, send: Send
) -> None:
    for number in range(30):
        send(anna, key=f"news {number}")
    send(anna, key="password", stream=streams.ACCOUNT)
    run_due_tasks()
    first = mail_server.messages()[0]
    assert first["Message-ID"] == Delivery.objects.get(key="password").message_id
    assert len(mail_server.messages()) == 31

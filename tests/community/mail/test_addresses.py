"""An address belongs to the member who confirmed it, changes with the member, and is deleted when it is not needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from community.mail import links, services, streams
from community.mail.models import Address, Delivery, Subscription
from community.mail.tasks import forget_mail
from core.own_address import site_address
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]


def test_asking_twice_for_the_address_of_a_member_creates_one_row(anna: Address) -> None:
    assert services.address_of(anna.member) == anna
    assert Address.objects.count() == 1


def test_the_addresses_of_many_members_take_a_few_queries(django_assert_max_num_queries: Any) -> None:
    members = [MemberFactory() for _number in range(20)]
    ids = [member.pk for member in members]
    assert set(services.addresses_of([*ids, 10**9])) == set(ids)
    with django_assert_max_num_queries(5):
        found = services.addresses_of(ids)
        assert all(address.accepts("news") for address in found.values())


def test_a_new_address_keeps_the_language_that_was_active() -> None:
    with translation.override("en"):
        address = services.address_for("New@Example.org ")
    assert (address.email, address.language) == ("new@example.org", "en")
    with translation.override("sv"):
        assert services.address_for("new@example.org").language == "en"


def test_signing_up_with_the_address_of_another_gives_no_access_to_its_streams(guest: Address) -> None:
    """The guest subscribes to the newsletter. An unconfirmed account with the same address does not change that."""
    stranger = MemberFactory(email=guest.email)
    EmailAddress.objects.create(user=stranger, email=guest.email, primary=True, verified=False)
    found = services.address_of(stranger)
    assert found == guest
    assert found.member is None
    assert not found.accepts("news")
    stranger.delete()
    assert Address.objects.get().accepts(streams.NEWSLETTER)


def test_a_confirmed_address_belongs_to_the_member_and_keeps_its_subscriptions(guest: Address) -> None:
    member = MemberFactory(email=guest.email)
    known = EmailAddress.objects.create(user=member, email=guest.email, primary=True, verified=False)
    known.verified = True
    known.save()
    found = services.address_of(member)
    assert (found, found.member) == (guest, member)
    assert found.accepts("news")
    assert found.accepts(streams.NEWSLETTER)


def test_the_link_in_the_account_mail_confirms_the_address(client: Client) -> None:
    member = MemberFactory(email="asa@example.org")
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=False)
    client.force_login(member)
    client.post(reverse("account_email"), {"action_send": "1", "email": member.email})
    assert not services.address_of(member).accepts("news")
    run_due_tasks()
    path = str(mail.outbox[0].body).partition(site_address())[2].split()[0]
    client.post(path)
    assert services.address_of(member).accepts("news")


def test_a_changed_address_keeps_the_choices_of_the_member(anna: Address, send: Send) -> None:
    services.unsubscribe(address=anna, stream="news")
    send(anna, stream=streams.ACCOUNT)
    anna.member.email = "Anna.New@example.org"
    anna.member.save(update_fields=["email"])
    moved = services.address_of(anna.member)
    assert (moved.pk, moved.email) == (anna.pk, "anna.new@example.org")
    assert not moved.accepts("news")
    run_due_tasks()
    assert [message.to for message in mail.outbox] == [["anna.new@example.org"]]


def test_a_changed_address_ends_old_links_and_renews_those_in_queued_mail(
    client: Client, anna: Address, send: Send
) -> None:
    old = links.unsubscribe_url(anna, "news", anna.language)
    delivery = send(anna)
    assert old in delivery.text
    anna.member.email = "anna.new@example.org"
    anna.member.save()
    delivery.refresh_from_db()
    anna.refresh_from_db()
    new = links.unsubscribe_url(anna, "news", anna.language)
    assert old not in delivery.text + delivery.html
    assert new in delivery.text
    assert new in delivery.html
    assert client.post(old.removeprefix(site_address())).status_code == 410
    assert client.post(new.removeprefix(site_address())).status_code == 200


def test_a_changed_address_gets_no_news_until_it_is_confirmed(anna: Address) -> None:
    EmailAddress.objects.create(user=anna.member, email="new@example.org", primary=True, verified=False)
    anna.member.email = "new@example.org"
    anna.member.save()
    assert not services.address_of(anna.member).accepts("news")
    EmailAddress.objects.update(verified=True)
    email_confirmed.send(sender=EmailAddress, email_address=EmailAddress.objects.get(), request=None)
    assert services.address_of(anna.member).accepts("news")


def test_changing_to_a_known_address_merges_the_subscriptions(
    anna: Address, guest: Address, send: Send
) -> None:
    services.unsubscribe(address=anna, stream="news")
    sent = send(guest, stream=streams.NEWSLETTER)
    EmailAddress.objects.create(user=anna.member, email=guest.email, verified=True)
    anna.member.email = guest.email
    anna.member.save()
    moved = services.address_of(anna.member)
    assert moved.pk == anna.pk
    assert not Address.objects.filter(pk=guest.pk).exists()
    assert moved.accepts(streams.NEWSLETTER)
    assert not moved.accepts("news")
    assert Delivery.objects.get(pk=sent.pk).address == moved


def test_deleting_a_member_deletes_the_address(anna: Address, send: Send) -> None:
    send(anna)
    services.unsubscribe(address=anna, stream="news")
    anna.member.delete()
    assert not Address.objects.exists()
    assert not Delivery.objects.exists()
    assert not Subscription.objects.exists()
    run_due_tasks()
    assert mail.outbox == []


def test_the_text_of_account_mail_is_erased_when_sent_and_other_text_after_a_week(
    anna: Address, send: Send
) -> None:
    password, news = send(anna, key="password", stream=streams.ACCOUNT), send(anna)
    run_due_tasks()
    password.refresh_from_db()
    assert (password.state, password.subject, password.text, password.html) == ("sent", "", "", "")
    forget_mail.call()
    news.refresh_from_db()
    assert news.text
    Delivery.objects.update(due=timezone.now() - timedelta(days=7, minutes=1))
    forget_mail.call()
    news.refresh_from_db()
    assert (news.subject, news.text, news.html) == ("", "", "")
    assert send(anna) == news, "the row stays and prevents a second mail"


def test_the_text_of_queued_mail_is_not_erased(anna: Address, send: Send) -> None:
    delivery = send(anna)
    Delivery.objects.update(due=timezone.now() - timedelta(days=30))
    forget_mail.call()
    delivery.refresh_from_db()
    assert delivery.text


def test_unused_addresses_are_deleted_after_a_month(anna: Address, guest: Address) -> None:
    services.address_for("never-confirmed@example.org")
    gone = services.address_for("gone@example.org")
    services.confirm(address=gone, stream=streams.NEWSLETTER)
    services.unsubscribe(address=gone, stream=streams.NEWSLETTER)
    forget_mail.call()
    assert Address.objects.count() == 4
    Address.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_mail.call()
    assert set(Address.objects.all()) == {anna, guest}


def test_log_lines_contain_no_addresses(anna: Address, send: Send, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        send(anna)
        run_due_tasks()
        forget_mail.call()
    assert "anna" not in caplog.text
    assert "example.org" not in caplog.text

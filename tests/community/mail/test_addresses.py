"""An address belongs to who confirmed it, follows its member, and goes when nobody needs it."""

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


def test_a_members_address_is_one_row_however_often_it_is_asked_for(anna: Address) -> None:
    assert services.address_of(anna.member) == anna
    assert Address.objects.count() == 1


def test_the_addresses_of_many_are_a_few_queries(django_assert_max_num_queries: Any) -> None:
    members = [MemberFactory() for _number in range(20)]
    ids = [member.pk for member in members]
    assert set(services.addresses_of([*ids, 10**9])) == set(ids)
    with django_assert_max_num_queries(5):
        found = services.addresses_of(ids)
        assert all(address.accepts("news") for address in found.values())


def test_its_language_is_that_of_whoever_made_it_and_is_kept() -> None:
    with translation.override("en"):
        address = services.address_for("New@Example.org ")
    assert (address.email, address.language) == ("new@example.org", "en")
    with translation.override("sv"):
        assert services.address_for("new@example.org").language == "en"


def test_who_signs_up_with_anothers_address_gets_nothing_of_theirs(guest: Address) -> None:
    """The guest wants the newsletter; that somebody made an account with the address changes nothing for them."""
    stranger = MemberFactory(email=guest.email)
    EmailAddress.objects.create(user=stranger, email=guest.email, primary=True, verified=False)
    found = services.address_of(stranger)
    assert found == guest
    assert found.member is None
    assert not found.accepts("news")
    stranger.delete()
    assert Address.objects.get().accepts(streams.NEWSLETTER)


def test_once_confirmed_it_is_the_members_with_what_was_chosen_before(guest: Address) -> None:
    member = MemberFactory(email=guest.email)
    known = EmailAddress.objects.create(user=member, email=guest.email, primary=True, verified=False)
    known.verified = True
    known.save()
    found = services.address_of(member)
    assert (found, found.member) == (guest, member)
    assert found.accepts("news")
    assert found.accepts(streams.NEWSLETTER)


def test_the_link_in_the_accounts_own_letter_confirms_it(client: Client) -> None:
    member = MemberFactory(email="asa@example.org")
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=False)
    client.force_login(member)
    client.post(reverse("account_email"), {"action_send": "1", "email": member.email})
    assert not services.address_of(member).accepts("news")
    run_due_tasks()
    path = str(mail.outbox[0].body).partition(site_address())[2].split()[0]
    client.post(path)
    assert services.address_of(member).accepts("news")


def test_it_follows_the_member_and_what_they_chose_with_it(anna: Address, send: Send) -> None:
    services.unsubscribe(address=anna, stream="news")
    send(anna, stream=streams.ACCOUNT)
    anna.member.email = "Anna.New@example.org"
    anna.member.save(update_fields=["email"])
    moved = services.address_of(anna.member)
    assert (moved.pk, moved.email) == (anna.pk, "anna.new@example.org")
    assert not moved.accepts("news")
    run_due_tasks()
    assert [message.to for message in mail.outbox] == [["anna.new@example.org"]]


def test_links_sent_to_the_old_address_end_and_those_on_their_way_are_new(
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


def test_an_address_that_is_not_confirmed_yet_gets_no_news_after_the_move(anna: Address) -> None:
    EmailAddress.objects.create(user=anna.member, email="new@example.org", primary=True, verified=False)
    anna.member.email = "new@example.org"
    anna.member.save()
    assert not services.address_of(anna.member).accepts("news")
    EmailAddress.objects.update(verified=True)
    email_confirmed.send(sender=EmailAddress, email_address=EmailAddress.objects.get(), request=None)
    assert services.address_of(anna.member).accepts("news")


def test_moving_to_an_address_that_wanted_something_before_keeps_both(
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


def test_a_member_who_leaves_takes_the_address_along(anna: Address, send: Send) -> None:
    send(anna)
    services.unsubscribe(address=anna, stream="news")
    anna.member.delete()
    assert not Address.objects.exists()
    assert not Delivery.objects.exists()
    assert not Subscription.objects.exists()
    run_due_tasks()
    assert mail.outbox == []


def test_words_of_account_mail_are_erased_as_it_goes_and_others_after_a_week(
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
    assert send(anna) == news, "the row stays and still decides"


def test_words_that_still_wait_are_not_erased(anna: Address, send: Send) -> None:
    delivery = send(anna)
    Delivery.objects.update(due=timezone.now() - timedelta(days=30))
    forget_mail.call()
    delivery.refresh_from_db()
    assert delivery.text


def test_addresses_nobody_needs_are_forgotten_after_a_month(anna: Address, guest: Address) -> None:
    services.address_for("never-confirmed@example.org")
    gone = services.address_for("gone@example.org")
    services.confirm(address=gone, stream=streams.NEWSLETTER)
    services.unsubscribe(address=gone, stream=streams.NEWSLETTER)
    forget_mail.call()
    assert Address.objects.count() == 4
    Address.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_mail.call()
    assert set(Address.objects.all()) == {anna, guest}


def test_the_log_says_nothing_of_who_gets_what(
    anna: Address, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        send(anna)
        run_due_tasks()
        forget_mail.call()
    assert "anna" not in caplog.text
    assert "example.org" not in caplog.text

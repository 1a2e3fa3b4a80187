"""Account mail is queued like other mail: with its cause, once for each event, as text and as HTML."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from community.mail.models import Address, Delivery
from core.own_address import site_address
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db


def forget_password(client: Client, email: str) -> Any:
    return client.post(reverse("account_reset_password"), {"email": email})


def test_account_mail_is_text_and_html_with_a_working_link(client: Client) -> None:
    member = MemberFactory(email="anna@example.org")
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    forget_password(client, "anna@example.org")
    assert mail.outbox == [], "the mail is only queued"
    run_due_tasks()
    (message,) = mail.outbox
    html = message.alternatives[0].content
    path = str(message.body).partition(site_address())[2].split()[0]
    assert f"{site_address()}{path}" in html
    assert client.get(path, follow=True).context["form"].fields.keys() >= {"password1"}
    assert "List-Unsubscribe" not in message.message()


@pytest.mark.parametrize("base", ["https://samverka.example", "http://localhost:8765/"])
def test_links_use_the_address_of_the_site_not_the_host_of_the_request(
    client: Client, settings: Settings, base: str
) -> None:
    settings.WAGTAILADMIN_BASE_URL = base
    known = MemberFactory(email="anna@example.org")
    EmailAddress.objects.create(user=known, email=known.email, primary=True)
    evil = {"headers": {"host": "evil.example"}}
    for email in ("anna@example.org", "nobody@example.org"):
        client.post(reverse("account_reset_password"), {"email": email}, **evil)
    client.force_login(known)
    client.post(reverse("account_email"), {"action_send": "1", "email": known.email}, **evil)
    run_due_tasks()
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        content = f"{message.body}{message.alternatives[0].content}"
        hosts = set(re.findall(r"https?://[^/\s\"<]+", content))
        assert hosts == {base.rstrip("/")}


def test_each_event_causes_its_own_mail(client: Client) -> None:
    MemberFactory(email="anna@example.org")
    for _time in range(2):
        forget_password(client, "anna@example.org")
    run_due_tasks()
    assert len(mail.outbox) == 2
    assert Delivery.objects.values("key").distinct().count() == 2


def test_account_mail_is_rolled_back_with_its_cause(client: Client) -> None:
    with transaction.atomic():
        forget_password(client, "nobody@example.org")
        assert DBTaskResult.objects.filter(queue_name="mail").count() == 1
        transaction.set_rollback(True)
    run_due_tasks()
    assert mail.outbox == []
    assert not Address.objects.exists()


def test_account_mail_is_sent_to_bounced_and_unknown_addresses(client: Client) -> None:
    forget_password(client, "nobody@example.org")
    Address.objects.update(bounced_at="2026-03-02T09:00Z")
    forget_password(client, "nobody@example.org")
    run_due_tasks()
    assert [message.to for message in mail.outbox] == [["nobody@example.org"]] * 2
    assert site_address() in str(mail.outbox[0].body)


def test_account_mail_is_in_the_language_of_the_page(client: Client) -> None:
    client.post("/en/accounts/password/reset/", {"email": "nobody@example.org"})
    run_due_tasks()
    assert mail.outbox[0].subject == "There is no account with this address"

"""A mail is written once, in its reader's language, and sent once, to who takes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from community.mail import services
from community.mail.models import Address, Delivery, State
from tests.factories import MemberFactory
from tests.support.smtp import MailServer
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

CONTEXT = {"confirm_url": "https://samverka.example/confirm/", "stream_label": "News & views"}


def send(to: Address, key: str = "one", stream: str = "news", **options: Any) -> Delivery | None:
    return services.send(
        to=to, stream=stream, key=key, template="confirm_subscription", context=CONTEXT, **options
    )


def test_a_mail_arrives_once_whatever_is_tried(mail_server: MailServer) -> None:
    anna = services.address_of(MemberFactory(email="anna@example.org"))
    first = send(anna)
    assert first == send(anna), "the key says it is the same"
    assert mail_server.messages() == [], "nobody waits for a mail server"
    run_due_tasks()
    (message,) = mail_server.messages("anna@example.org")
    assert message["Message-ID"] == first.message_id
    first.refresh_from_db()
    assert (first.state, first.attempts) == (State.SENT, 1)
    send(anna)
    run_due_tasks()
    assert len(mail_server.messages()) == 1
    assert send(anna, key="two") != first


def test_a_mail_goes_with_the_change_that_causes_it_or_not_at_all() -> None:
    anna = services.address_of(MemberFactory())
    with transaction.atomic():
        send(anna)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not DBTaskResult.objects.filter(queue_name="mail").exists()

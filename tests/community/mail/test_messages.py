"""A mail names its sender, its reason and how to unsubscribe, in its text and in its headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from community.mail import links, services
from community.mail.models import Address, Delivery
from tests.community.mail.smtp import MailServer
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]


def test_mail_of_a_stream_has_unsubscribe_headers_and_a_link(
    mail_server: MailServer, anna: Address, send: Send
) -> None:
    send(anna)
    run_due_tasks()
    (message,) = mail_server.messages()
    url = links.unsubscribe_url(anna, "news", anna.language)
    assert message["List-Unsubscribe"].strip() == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert message["List-Id"] == "<news.localhost>"
    for kind in ("plain", "html"):
        words = message.get_body([kind]).get_content()
        assert "You get this because you follow something here." in words
        assert url in words


def test_account_mail_has_no_unsubscribe_link_and_no_bulk_headers(
    mail_server: MailServer, anna: Address, send: Send
) -> None:
    send(anna, stream="account")
    run_due_tasks()
    (message,) = mail_server.messages()
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence"):
        assert name not in message
    assert "unsubscribe" not in message.as_string()


def test_headers_prevent_automatic_answers(mail_server: MailServer, anna: Address, send: Send) -> None:
    send(anna)
    run_due_tasks()
    (message,) = mail_server.messages()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_mail_has_two_parts_one_recipient_and_seven_bit_encoding(
    mail_server: MailServer, anna: Address, guest: Address, send: Send
) -> None:
    send(anna)
    services.send(
        to=guest,
        stream="newsletter",
        key="one",
        template="confirm_subscription",
        context={"confirm_url": "https://samverka.example/", "stream_label": "Nyheter från Åmål"},
    )
    run_due_tasks()
    assert [envelope.rcpt_tos for envelope in mail_server.envelopes] == [[anna.email], [guest.email]]
    message = mail_server.messages(guest.email)[0]
    assert message["To"] == guest.email
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert all(byte < 128 for byte in mail_server.envelopes[1].content)
    assert "Nyheter från Åmål" in message.get_body(["plain"]).get_content()


def test_a_mail_loads_no_external_content(anna: Address, send: Send) -> None:
    html = send(anna).html
    for word in ("<img", "src=", "url(", "<script", "<link"):
        assert word not in html

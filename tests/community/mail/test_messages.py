"""A mail says who it is from, why it comes and how to end it: to people, and to the programs on its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from community.mail import links, services
from community.mail.models import Address, Delivery
from tests.community.mail.smtp import MailServer
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]


def test_mail_one_can_end_says_so_in_headers_and_in_words(
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


def test_account_mail_cannot_be_ended_and_is_no_mass_mail(
    mail_server: MailServer, anna: Address, send: Send
) -> None:
    send(anna, stream="account")
    run_due_tasks()
    (message,) = mail_server.messages()
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence"):
        assert name not in message
    assert "unsubscribe" not in message.as_string()


def test_no_program_answers_it(mail_server: MailServer, anna: Address, send: Send) -> None:
    send(anna)
    run_due_tasks()
    (message,) = mail_server.messages()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_it_is_one_message_of_two_parts_to_one_reader_in_seven_bits(
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


def test_nothing_in_it_is_fetched_from_anywhere(anna: Address, send: Send) -> None:
    html = send(anna).html
    for word in ("<img", "src=", "url(", "<script", "<link"):
        assert word not in html

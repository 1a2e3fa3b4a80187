"""A bounce closes an address that does not exist, and not one whose mailbox was only full."""

from __future__ import annotations

import io
import mailbox
from collections.abc import Callable, Iterable
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from community.mail import bounces, reports, services
from community.mail.bounces import Severity
from community.mail.models import Address, Delivery
from tests.community.mail.smtp import MailServer
from tests.support.cases import read_case
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def _bounces_come_back(settings: Any) -> None:
    settings.MAIL_BOUNCE_ADDRESS = "bounce@samverka.example"


def sent(to: Address, send: Send, key: str = "one", **ago: float) -> Delivery:
    delivery = send(to, key=key)
    moment = timezone.now() - timedelta(**ago)
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at=moment)
    delivery.refresh_from_db()
    return delivery


def notification(
    *,
    to: str = "",
    status: str = "5.1.1",
    action: str = "failed",
    returned: Message | None = None,
    fields: dict[str, str] | None = None,
    more: Iterable[str] = (),
) -> bytes:
    """Build a delivery status notification: a text, a part for programs, and the returned mail. `fields` replace status
    and action; `more` holds the statuses of further recipients whose mail failed.
    """
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"] = "MAILER-DAEMON@mx.example", to or "samverka@samverka.example"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("I'm sorry to have to inform you …"))
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    of_all = Message()
    of_all["Reporting-MTA"] = "dns; mx.example"
    first = {"Action": action, "Status": f"{status} (from the remote server)"}
    if fields is not None:
        first = {"Action": "failed", **fields}
    recipients = [first, *({"Action": "failed", "Status": one} for one in more)]
    part.set_payload([of_all, *map(block, recipients)])
    report.attach(part)
    if returned is not None:
        report.attach(MIMEMessage(returned))
    return report.as_bytes()


def block(fields: dict[str, str]) -> Message:
    """Build the block of a notification about one recipient."""
    found = Message()
    found["Final-Recipient"] = "rfc822; anna@example.org"
    for name, value in fields.items():
        found[name] = value
    return found


def read(monkeypatch: pytest.MonkeyPatch, words: bytes) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(words)))
    call_command("read_bounces", stdout=out)
    return out.getvalue()


def own_address(delivery: Delivery) -> str:
    return f"bounce+{delivery.pk.hex}@samverka.example"


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        ("5.1.1", Severity.HARD),
        ("5.1.10", Severity.HARD),
        ("5.2.1", Severity.HARD),
        ("550", Severity.HARD),
        ("5.2.2", Severity.SOFT),
        ("5.4.4", Severity.SOFT),
        ("552", Severity.SOFT),
        ("5.1.8", Severity.NONE),
        ("5.7.1", Severity.NONE),
        ("4.2.2", Severity.NONE),
        ("450", Severity.NONE),
        ("", Severity.NONE),
    ],
)
def test_each_status_has_the_severity_that_it_means_for_the_mailbox(status: str, severity: Severity) -> None:
    assert bounces.severity_of(status) is severity


@pytest.mark.parametrize(
    ("code", "words", "status"),
    [
        (550, "5.1.1 <anna@example.org>: Recipient address rejected", "5.1.1"),
        (550, "#5.1.10 no such recipient", "5.1.10"),
        (550, b"5.2.1 closed\n5.2.1 for good", "5.2.1"),
        (451, "4.7.1 Greylisted, see http://example.org/5.1.1", "4.7.1"),
        (552, "Mailbox full", "552"),
        (550, "no mailbox (client host 2.248.10.5)", "550"),
        (550, "5.1.1.7 is on a list", "550"),
        (550, "5.1.17.254 is on a list", "550"),
        (550, "Version 5.10.1 of our policy", "550"),
        (450, "5.1.1 of another class than its reply", "450"),
        (550, "2.0.0 of another class than its reply", "550"),
        (550, b"\xff\xfe 5.1.1", "550"),
        (550, "5.1.1111 too many digits", "550"),
        (550, "", "550"),
        (550, "5.1." * 50_000, "550"),
        (550, "#" * 200_000 + "5.", "550"),
    ],
)
def test_a_status_is_read_only_at_the_start_of_an_answer(code: int, words: bytes | str, status: str) -> None:
    assert bounces.status_in(code, words) == status


def test_an_ip_address_in_an_answer_is_not_read_as_a_status() -> None:
    code, words = read_case("38-bounce.txt").strip().split(" ", 1)
    assert bounces.status_in(int(code), words) == "550"
    assert bounces.severity_of("550") is Severity.HARD


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Status": "5.1.1"}, "5.1.1"),
        ({"Status": " 5.1.1 (bad mailbox)"}, "5.1.1"),
        ({"Status": "5.2.2", "Diagnostic-Code": "smtp; 550 5.1.1 unknown"}, "5.2.2"),
        ({"Status": "5.0.0", "Diagnostic-Code": "smtp; 550 5.1.1 unknown"}, "5.1.1"),
        ({"Status": "5.0.0", "Diagnostic-Code": "smtp;550-5.2.1 closed\n 550 5.2.1 for good"}, "5.2.1"),
        ({"Status": "5.0.0", "Diagnostic-Code": "smtp; 550 no mailbox (client host 2.248.10.5)"}, "550"),
        ({"Status": "5.0.0", "Diagnostic-Code": "X-Postfix; mx.example[5.1.1.2] is away"}, "5.0.0"),
        ({"Status": "5.0.0"}, "5.0.0"),
        ({"Diagnostic-Code": "SMTP; 552 5.2.2 full"}, "5.2.2"),
        ({"Diagnostic-Code": "X-Notes; 5.1.1"}, ""),
        ({"Status": "5.1.1.7"}, ""),
        ({"Status": "see 5.1.1"}, ""),
        ({"Status": "5.1"}, ""),
        ({"Action": "FAILED", "Status": "5.1.1"}, "5.1.1"),
        ({"Action": "delayed", "Status": "4.4.1"}, ""),
        ({"Action": "delivered", "Status": "2.0.0"}, ""),
        ({"Action": "relayed", "Status": "5.1.1"}, ""),
        ({"Action": "", "Status": "5.1.1"}, ""),
        ({}, ""),
    ],
)
def test_the_status_of_a_failed_mail_is_read_from_a_report(
    anna: Address, send: Send, fields: dict[str, str], status: str
) -> None:
    delivery = sent(anna, send)
    words = notification(to=own_address(delivery), fields=fields)
    found = reports.read(message_from_bytes(words))
    assert (found.status if found else "") == status


def test_the_first_recipient_whose_mail_failed_gives_the_status(anna: Address, send: Send) -> None:
    delivery = sent(anna, send)
    words = notification(to=own_address(delivery), action="delayed", status="4.4.1", more=["5.1.1", "5.2.2"])
    found = reports.read(message_from_bytes(words))
    assert found
    assert (found.delivery, found.status) == (delivery, "5.1.1")


def test_each_mail_has_its_own_return_address(mail_server: MailServer, anna: Address, send: Send) -> None:
    delivery = send(anna)
    run_due_tasks()
    assert mail_server.envelopes[0].mail_from == own_address(delivery)
    assert mail_server.messages()[0]["From"] == "Samverka <samverka@localhost>"


def test_a_hard_bounce_closes_the_address_to_all_but_account_mail(
    monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send
) -> None:
    delivery = sent(anna, send)
    assert read(monkeypatch, notification(to=own_address(delivery))) == "1 read: 1 hard, 0 soft\n"
    anna.refresh_from_db()
    assert not anna.accepts("news")
    assert anna.accepts("account")


def test_a_bounce_is_also_matched_by_the_message_id_of_the_returned_mail(
    monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send
) -> None:
    delivery, returned = sent(anna, send), Message()
    returned["Message-ID"], returned["Subject"] = delivery.message_id, "Hello"
    read(monkeypatch, notification(returned=returned))
    anna.refresh_from_db()
    assert anna.bounced_at


def test_three_soft_bounces_in_two_weeks_close_the_address(
    monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send
) -> None:
    old = sent(anna, send, key="old")
    Delivery.objects.filter(pk=old.pk).update(bounced_at=timezone.now() - timedelta(days=15))
    Address.objects.update(confirmed_at=timezone.now() - timedelta(days=30))
    for number in range(3):
        anna.refresh_from_db()
        assert anna.accepts("news"), f"after {number}"
        delivery = sent(anna, send, key=str(number))
        for _time in range(2):
            read(monkeypatch, notification(to=own_address(delivery), status="5.2.2"))
    anna.refresh_from_db()
    assert not anna.accepts("news")


def test_confirming_the_address_opens_it_again_and_ignores_older_bounces(
    monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send
) -> None:
    delivery = sent(anna, send, hours=1)
    Address.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    read(monkeypatch, notification(to=own_address(delivery)))
    anna.refresh_from_db()
    services.confirm_address(address=anna)
    assert anna.accepts("news")
    read(monkeypatch, notification(to=own_address(delivery)))
    anna.refresh_from_db()
    assert anna.accepts("news"), "that mail was sent before the confirmation"


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\xff\xfe not a mail \x00",
        b"From: anna@example.org\nTo: bounce+zz@samverka.example\nSubject: Re: News\n\nI am away until Monday.",
        notification(status="4.4.1", action="delayed"),
        notification(to="bounce+00000000000000000000000000000000@samverka.example"),
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
        b"Content-Type: message/delivery-status\n\nStatus: \n\n--x--",
    ],
)
def test_other_incoming_mail_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send, words: bytes
) -> None:
    sent(anna, send)
    assert read(monkeypatch, words) == "1 read: 0 hard, 0 soft\n"
    anna.refresh_from_db()
    assert anna.accepts("news")


def test_a_delayed_mail_is_no_bounce(monkeypatch: pytest.MonkeyPatch, anna: Address, send: Send) -> None:
    delivery = sent(anna, send)
    read(monkeypatch, notification(to=own_address(delivery), status="4.4.1", action="delayed"))
    anna.refresh_from_db()
    assert anna.accepts("news")


def test_reading_a_mailbox_of_bounces_empties_it(tmp_path: Path, anna: Address, send: Send) -> None:
    box = mailbox.Maildir(tmp_path / "bounces")
    box.add(notification(to=own_address(sent(anna, send))))
    box.add(b"Subject: something else\n\n")
    out = io.StringIO()
    call_command("read_bounces", maildir=tmp_path / "bounces", stdout=out)
    assert out.getvalue() == "2 read: 1 hard, 0 soft\n"
    assert len(box) == 0
    anna.refresh_from_db()
    assert anna.bounced_at
    with pytest.raises(CommandError, match="no Maildir"):
        call_command("read_bounces", maildir=tmp_path)

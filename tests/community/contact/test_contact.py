"""Messages to the operators: accessibility problems and questions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.contact.models import ContactMessage, ContactMessageKind
from community.contact.views import LIMITS
from knowledge.models import OperatorInfo
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def write(client: Client, name: str = "contact:report", **answers: str) -> Any:
    return client.post(reverse(name), {"text": "Knappen syns inte.", **answers})


def test_a_visitor_reports_a_problem_and_the_operators_are_mailed_a_link(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    OperatorInfo.objects.update(email="hej@granvik.example")
    assert (
        client.get(reverse("contact:report") + "?page=/guider/").context["form"].initial["page"] == "/guider/"
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert write(client, page="/guider/").status_code == 302
    message = ContactMessage.objects.get()
    assert (message.kind, message.page, message.email, message.member) == (
        "accessibility",
        "/guider/",
        "",
        None,
    )
    run_due_tasks()
    sent = mail.outbox[-1]
    assert sent.to == ["hej@granvik.example"]
    assert "/admin/" in sent.body
    assert "Knappen" not in sent.body + sent.subject, "the mail does not contain the text"


def test_a_message_is_kept_when_the_site_has_no_contact_address(client: Client) -> None:
    write(client, "contact:write", email="jag@example.org")
    run_due_tasks()
    assert ContactMessage.objects.get().email == "jag@example.org"
    assert mail.outbox == []


def test_a_members_message_is_linked_to_the_member(client: Client) -> None:
    member = MemberFactory()
    client.force_login(member)
    assert client.get(reverse("contact:write")).context["form"].initial["email"] == member.email
    write(client, "contact:write")
    assert ContactMessage.objects.get().member == member


def test_an_empty_or_too_frequent_message_is_shown_again_with_its_text(
    client: Client, twenty_past: None
) -> None:
    OperatorInfo.objects.update(email="hej@granvik.example")
    again = client.post(reverse("contact:write"), {"text": "", "page": "/om/"}).content.decode()
    assert 'value="/om/"' in again
    count = LIMITS[ContactMessageKind.CONTACT].count
    for _ in range(count):
        assert write(client, "contact:write").status_code == 302
    refused = write(client, "contact:write", text="Den sjätte gången")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    words = refused.content.decode()
    assert "Den sjätte gången" in words
    assert "hej@granvik.example" in words.split("<textarea")[0], "the page shows the mail address"
    assert refused.context["is_full"]
    assert ContactMessage.objects.count() == count


def test_many_colleagues_can_report_problems_from_one_ip_address(client: Client) -> None:
    messages, problems = LIMITS[ContactMessageKind.CONTACT], LIMITS[ContactMessageKind.ACCESSIBILITY]
    for _ in range(messages.count + 1):
        write(client, "contact:write")
    for _ in range(4 * messages.count):
        assert write(client).status_code == 302, "messages do not use up the limit of problems"
    assert problems.count >= 20 * messages.count


def test_the_receipt_differs_by_kind_of_message(client: Client) -> None:
    receipts = {
        name: client.get(write(client, name).headers["Location"])
        for name in ("contact:write", "contact:report")
    }
    assert {answer.status_code for answer in receipts.values()} == {200}
    titles = [re.search(r"<title>(.*?)</title>", page.content.decode())[1] for page in receipts.values()]
    assert titles[0] != titles[1]


def test_staff_see_what_each_message_is_about_and_the_unanswered_first(client: Client) -> None:
    write(client, "contact:write", text="Den första frågan", email="jag@example.org")
    write(client, "contact:write", text="Den andra frågan")
    ContactMessage.objects.filter(text="Den andra frågan").update(answered_at=timezone.now())
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    views = ContactMessage.snippet_viewset
    with translation.override("en"):
        listed = client.get(reverse(views.get_url_name("list"))).content.decode()
        asked = ContactMessage.objects.get(email="jag@example.org")
        opened = client.get(reverse(views.get_url_name("edit"), args=[asked.pk])).content.decode()
    assert -1 < listed.index("Den första frågan") < listed.index("Den andra frågan")
    assert "jag@example.org" in listed
    assert reverse(views.get_url_name("edit"), args=[asked.pk]) in listed
    assert 'href="mailto:jag@example.org"' in opened
    assert not re.search(r">\s*None\s*<", opened)


def test_staff_read_messages_and_note_what_was_done_but_cannot_change_the_text(client: Client) -> None:
    write(client)
    message = ContactMessage.objects.get()
    url = reverse(message.snippet_viewset.get_url_name("edit"), args=[message.pk])
    assert client.get(url).status_code == 302, "a visitor is redirected to sign in"
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    assert "Knappen syns inte." in client.get(url).content.decode()
    client.post(url, {"text": "Ändrat", "answered_at": "", "note": "Lagat."})
    message.refresh_from_db()
    assert (message.text, message.note) == ("Knappen syns inte.", "Lagat.")

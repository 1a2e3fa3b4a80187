"""Mail begins when its reader says yes, and ends with one click; nobody else can say either."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from community.mail import links, services, streams
from community.mail.models import Address, Delivery
from community.mail.signals import Resubscribed, Unsubscribed, resubscribed, unsubscribed
from core.own_address import site_address
from tests.factories import MemberFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

Send = Callable[..., Delivery]
GARBLED = "mail-ends-here"


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    facts: list[Any] = []

    def hear(fact: Any, **kwargs: object) -> None:
        facts.append(fact)

    for signal in (unsubscribed, resubscribed):
        signal.inside.connect(hear)
    yield facts
    for signal in (unsubscribed, resubscribed):
        signal.inside.disconnect(hear)


def ask(client: Client, email: str) -> Any:
    return client.post(reverse("mail:subscribe"), {"email": email}, follow=True)


def path_in_mail() -> str:
    run_due_tasks()
    found = re.search(r"https?://[^/]+(/\S*confirm\S+|/\S*bekrafta\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_mail_begins_with_a_button_on_the_page_the_letter_leads_to(client: Client, send: Send) -> None:
    ask(client, "Bo@Example.org")
    address = Address.objects.get()
    assert (address.email, address.confirmed_at) == ("bo@example.org", None)
    assert send(address, stream=streams.NEWSLETTER) is None, "asked for, and not yet confirmed"
    path = path_in_mail()
    assert mail.outbox[-1].to == ["bo@example.org"]
    client.get(path)
    client.head(path)
    address.refresh_from_db()
    assert address.confirmed_at is None, "a program that opens every link says nothing"
    assert client.post(path).status_code == 200
    address = Address.objects.get()
    assert address.accepts(streams.NEWSLETTER)
    assert send(address, stream=streams.NEWSLETTER)
    assert send(address, key="two") is None, "of the newsletter only"


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(client: Client, guest: Address) -> None:
    MemberFactory(email="anna@example.org")
    answers = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", ask(client, email).content.decode())
        for email in ("nobody@example.org", guest.email, "anna@example.org")
    ]
    assert len(set(answers)) == 1
    assert "example.org" not in answers[0].partition("<main")[2]


def test_nobodys_mailbox_is_filled_by_others(client: Client) -> None:
    for _time in range(4):
        ask(client, "bo@example.org")
    run_due_tasks()
    assert len(mail.outbox) == 1


def test_who_asks_too_often_waits(client: Client, twenty_past: None) -> None:
    answers = [ask(client, f"bo{number}@example.org").status_code for number in range(7)]
    assert answers[:5] == [200] * 5
    assert answers[-1] == 429
    assert Address.objects.count() == 5


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_said_at_the_field(client: Client, email: str) -> None:
    assert ask(client, email).context["form"].errors["email"]
    assert not Address.objects.exists()


def test_an_old_link_confirms_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client, "bo@example.org")
    path = path_in_mail()
    monkeypatch.setattr(links, "CONFIRMS_FOR", -1)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
    assert Address.objects.get().confirmed_at is None


def next_link(answer: Any) -> list[str]:
    """Where the links of what the page says lead."""
    said = answer.content.decode().partition("<h1")[2].partition("</main>")[0]
    return re.findall(r'<a [^>]*href="([^"]+)"', said)


def test_no_page_on_the_way_to_the_newsletter_ends_in_nothing(client: Client) -> None:
    ask(client, "bo@example.org")
    assert next_link(client.get(reverse("mail:asked"))) == [reverse("home")]
    assert next_link(client.post(path_in_mail())) == [reverse("home")]
    path = unsubscribe_path(Address.objects.get(), streams.NEWSLETTER)
    assert next_link(client.post(path)) == [reverse("home")]


@pytest.mark.parametrize("name", ["mail:confirm", "mail:unsubscribe", "mail:resubscribe"])
def test_a_broken_link_gets_a_clear_sentence(client: Client, anna: Address, name: str) -> None:
    whole = links.unsubscribe_url(anna, "news", "sv").rstrip("/").rpartition("/")[2]
    for token in (GARBLED, whole[:-3], whole.replace(":", ""), f"{whole}å"):
        answer = client.post(reverse(name, args=[token]))
        assert answer.status_code == 410
        assert str(links.LinkIsOver.sentence) in answer.content.decode()
        assert next_link(answer) == [reverse("mail:subscribe"), reverse("home")]


def test_a_link_to_unsubscribe_does_not_confirm(client: Client, anna: Address) -> None:
    token = links.unsubscribe_url(anna, "news", "sv").rstrip("/").rpartition("/")[2]
    assert client.post(reverse("mail:confirm", args=[token])).status_code == 410


def unsubscribe_path(address: Address, stream: str = "news") -> str:
    return links.unsubscribe_url(address, stream, address.language).removeprefix(site_address())


def test_one_click_ends_it_without_signing_in(anna: Address, send: Send, heard: list[Any]) -> None:
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(unsubscribe_path(anna), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "and no redirect, which mail programs do not follow"
    anna = services.address_of(anna.member)
    assert not anna.accepts("news")
    assert anna.accepts("account")
    assert heard == [Unsubscribed(anna.pk, anna.member_id, "news")]
    mail_program.post(unsubscribe_path(anna), {"List-Unsubscribe": "One-Click"})
    assert len(heard) == 1, "said twice is said once"


def test_opening_the_link_ends_nothing_and_says_what_it_is(client: Client, anna: Address) -> None:
    page = client.get(unsubscribe_path(anna)).content.decode()
    assert services.address_of(anna.member).accepts("news")
    for said in ("News from here", "You get this because you follow something here.", 'method="post"'):
        assert said in page
    assert "anna@example.org" not in page


def test_who_regrets_it_gets_it_again_with_one_button(
    client: Client, anna: Address, heard: list[Any]
) -> None:
    page = client.post(unsubscribe_path(anna)).content.decode()
    again = re.search(r'action="([^"]+)"', page.partition("<main")[2])
    assert again
    client.post(again[1])
    assert services.address_of(anna.member).accepts("news")
    assert heard[-1] == Resubscribed(anna.pk, anna.member_id, "news")


def test_only_unsubscribing_needs_no_token_of_the_form(anna: Address) -> None:
    careful = Client(enforce_csrf_checks=True)
    services.unsubscribe(address=anna, stream="news")
    token = unsubscribe_path(anna).rstrip("/").rpartition("/")[2]
    assert careful.post(reverse("mail:resubscribe", args=[token])).status_code == 403
    confirm = links.confirm_url(anna, "newsletter").removeprefix(site_address())
    assert careful.post(confirm).status_code == 403
    assert careful.post(reverse("mail:subscribe"), {"email": "bo@example.org"}).status_code == 403


def test_account_mail_cannot_be_turned_off(client: Client, anna: Address) -> None:
    with pytest.raises(services.CannotUnsubscribe):
        services.unsubscribe(address=anna, stream=streams.ACCOUNT)
    assert client.post(unsubscribe_path(anna, streams.ACCOUNT)).status_code == 409


def test_the_page_speaks_the_readers_language(client: Client, anna: Address) -> None:
    services.speak(address=anna, language="en")
    path = unsubscribe_path(anna)
    assert path.startswith("/en/")
    assert "Stop e-mails like this?" in client.get(path).content.decode()


def test_a_member_whose_mail_came_back_opens_the_address_again(client: Client, anna: Address) -> None:
    Address.objects.update(bounced_at="2026-03-02T09:00Z")
    client.force_login(anna.member)
    assert reverse("mail:again") in client.get(reverse("account_email")).content.decode()
    client.post(reverse("mail:again"))
    client.post(path_in_mail())
    assert services.address_of(anna.member).accepts("news")
    assert reverse("mail:again") not in client.get(reverse("account_email")).content.decode()


def test_the_button_for_that_is_for_members(client: Client) -> None:
    assert reverse("account_login") in client.post(reverse("mail:again"))["Location"]


def test_a_member_chooses_the_language_of_their_mail(client: Client, anna: Address) -> None:
    client.force_login(anna.member)
    assert reverse("mail:language") in client.get(reverse("account_email")).content.decode()
    client.post(reverse("mail:language"), {"language": "en"})
    assert services.address_of(anna.member).language == "en"
    client.post(reverse("mail:language"), {"language": "xx"})
    assert services.address_of(anna.member).language == "en"
    assert reverse("account_login") in Client().post(reverse("mail:language"), {"language": "sv"})["Location"]

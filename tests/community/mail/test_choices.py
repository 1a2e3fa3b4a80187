"""Readers subscribe with a confirmation and unsubscribe with one click; no one else can do it for them."""

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
def sent_facts() -> Iterator[list[Any]]:
    facts: list[Any] = []

    def receive(fact: Any, **kwargs: object) -> None:
        facts.append(fact)

    for signal in (unsubscribed, resubscribed):
        signal.inside.connect(receive)
    yield facts
    for signal in (unsubscribed, resubscribed):
        signal.inside.disconnect(receive)


def ask(client: Client, email: str) -> Any:
    return client.post(reverse("mail:subscribe"), {"email": email}, follow=True)


def path_in_mail() -> str:
    run_due_tasks()
    found = re.search(r"https?://[^/]+(/\S*confirm\S+|/\S*bekrafta\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_a_subscription_starts_with_the_button_on_the_page_that_the_mail_links_to(
    client: Client, send: Send
) -> None:
    ask(client, "Bo@Example.org")
    address = Address.objects.get()
    assert (address.email, address.confirmed_at) == ("bo@example.org", None)
    assert send(address, stream=streams.NEWSLETTER) is None, "requested, and not yet confirmed"
    path = path_in_mail()
    assert mail.outbox[-1].to == ["bo@example.org"]
    client.get(path)
    client.head(path)
    address.refresh_from_db()
    assert address.confirmed_at is None, "opening the link is no confirmation"
    assert client.post(path).status_code == 200
    address = Address.objects.get()
    assert address.accepts(streams.NEWSLETTER)
    assert send(address, stream=streams.NEWSLETTER)
    assert send(address, key="two") is None, "only the newsletter"


def test_the_answer_is_the_same_for_known_and_unknown_addresses(client: Client, guest: Address) -> None:
    MemberFactory(email="anna@example.org")
    answers = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", ask(client, email).content.decode())
        for email in ("nobody@example.org", guest.email, "anna@example.org")
    ]
    assert len(set(answers)) == 1
    assert "example.org" not in answers[0].partition("<main")[2]


def test_repeated_requests_send_one_mail(client: Client) -> None:
    for _time in range(4):
        ask(client, "bo@example.org")
    run_due_tasks()
    assert len(mail.outbox) == 1


def test_too_many_requests_get_429(client: Client, twenty_past: None) -> None:
    answers = [ask(client, f"bo{number}@example.org").status_code for number in range(7)]
    assert answers[:5] == [200] * 5
    assert answers[-1] == 429
    assert Address.objects.count() == 5


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 300 + "@example.org"])
def test_an_invalid_address_is_an_error_of_its_field(client: Client, email: str) -> None:
    assert ask(client, email).context["form"].errors["email"]
    assert not Address.objects.exists()


def test_an_expired_link_confirms_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client, "bo@example.org")
    path = path_in_mail()
    monkeypatch.setattr(links, "CONFIRM_LINK_SECONDS", -1)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
    assert Address.objects.get().confirmed_at is None


def next_link(answer: Any) -> list[str]:
    """Return the addresses of the links in the main part of the page."""
    main = answer.content.decode().partition("<h1")[2].partition("</main>")[0]
    return re.findall(r'<a [^>]*href="([^"]+)"', main)


def test_each_page_about_the_newsletter_links_to_the_home_page(client: Client) -> None:
    ask(client, "bo@example.org")
    assert next_link(client.get(reverse("mail:asked"))) == [reverse("home")]
    assert next_link(client.post(path_in_mail())) == [reverse("home")]
    path = unsubscribe_path(Address.objects.get(), streams.NEWSLETTER)
    assert next_link(client.post(path)) == [reverse("home")]


@pytest.mark.parametrize("name", ["mail:confirm", "mail:unsubscribe", "mail:resubscribe"])
def test_a_broken_link_shows_a_sentence_and_links(client: Client, anna: Address, name: str) -> None:
    whole = links.unsubscribe_url(anna, "news", "sv").rstrip("/").rpartition("/")[2]
    for token in (GARBLED, whole[:-3], whole.replace(":", ""), f"{whole}å"):
        answer = client.post(reverse(name, args=[token]))
        assert answer.status_code == 410
        assert str(links.InvalidLink.sentence) in answer.content.decode()
        assert next_link(answer) == [reverse("mail:subscribe"), reverse("home")]


def test_an_unsubscribe_link_does_not_confirm(client: Client, anna: Address) -> None:
    token = links.unsubscribe_url(anna, "news", "sv").rstrip("/").rpartition("/")[2]
    assert client.post(reverse("mail:confirm", args=[token])).status_code == 410


def unsubscribe_path(address: Address, stream: str = "news") -> str:
    return links.unsubscribe_url(address, stream, address.language).removeprefix(site_address())


def test_one_click_unsubscribes_without_signing_in(anna: Address, send: Send, sent_facts: list[Any]) -> None:
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(unsubscribe_path(anna), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "no redirect, because mail programs do not follow one"
    anna = services.address_of(anna.member)
    assert not anna.accepts("news")
    assert anna.accepts("account")
    assert sent_facts == [Unsubscribed(anna.pk, anna.member_id, "news")]
    mail_program.post(unsubscribe_path(anna), {"List-Unsubscribe": "One-Click"})
    assert len(sent_facts) == 1, "a repeated request sends no second fact"


def test_opening_the_unsubscribe_link_shows_the_stream_and_changes_nothing(
    client: Client, anna: Address
) -> None:
    page = client.get(unsubscribe_path(anna)).content.decode()
    assert services.address_of(anna.member).accepts("news")
    for text in ("News from here", "You get this because you follow something here.", 'method="post"'):
        assert text in page
    assert "anna@example.org" not in page


def test_a_reader_who_unsubscribed_can_subscribe_again_with_one_button(
    client: Client, anna: Address, sent_facts: list[Any]
) -> None:
    page = client.post(unsubscribe_path(anna)).content.decode()
    again = re.search(r'action="([^"]+)"', page.partition("<main")[2])
    assert again
    client.post(again[1])
    assert services.address_of(anna.member).accepts("news")
    assert sent_facts[-1] == Resubscribed(anna.pk, anna.member_id, "news")


def test_only_unsubscribing_needs_no_csrf_token(anna: Address) -> None:
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


def test_the_page_is_in_the_readers_language(client: Client, anna: Address) -> None:
    services.speak(address=anna, language="en")
    path = unsubscribe_path(anna)
    assert path.startswith("/en/")
    assert "Stop e-mails like this?" in client.get(path).content.decode()


def test_a_member_can_open_a_bounced_address_again(client: Client, anna: Address) -> None:
    Address.objects.update(bounced_at="2026-03-02T09:00Z")
    client.force_login(anna.member)
    assert reverse("mail:again") in client.get(reverse("account_email")).content.decode()
    client.post(reverse("mail:again"))
    client.post(path_in_mail())
    assert services.address_of(anna.member).accepts("news")
    assert reverse("mail:again") not in client.get(reverse("account_email")).content.decode()


def test_only_members_can_open_an_address_again(client: Client) -> None:
    assert reverse("account_login") in client.post(reverse("mail:again"))["Location"]


def test_a_member_chooses_the_language_of_their_mail(client: Client, anna: Address) -> None:
    client.force_login(anna.member)
    assert reverse("mail:language") in client.get(reverse("account_email")).content.decode()
    client.post(reverse("mail:language"), {"language": "en"})
    assert services.address_of(anna.member).language == "en"
    client.post(reverse("mail:language"), {"language": "xx"})
    assert services.address_of(anna.member).language == "en"
    assert reverse("account_login") in Client().post(reverse("mail:language"), {"language": "sv"})["Location"]

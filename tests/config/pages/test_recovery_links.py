"""Error pages say why a page cannot be shown and what the reader can do now. They reveal nothing of the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from community.organisations.limits import JOINING
from core.limits import TooMany
from core.templatetags.recovery_links import words_of
from subjects.services import set_visibility
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


@pytest.fixture
def stranger(client: Client) -> Client:
    client.force_login(MemberFactory())
    return client


def main(answer: Any) -> str:
    """Return the HTML of the page itself, without header and footer."""
    return str(answer.content.decode().partition("<main")[2].partition("</main>")[0])


def links(answer: Any) -> list[str]:
    return re.findall(r'<a [^>]*href="([^"]+)"', main(answer))


def closed() -> str:
    """Return the address of a project that only its organisation may see."""
    return ProjectFactory(title="Hemlig", publish=False).get_absolute_url()


def edited() -> str:
    """Return the address of a page that only administrators of the organisation may open."""
    return reverse("organisations:edit", args=[MembershipFactory().organisation.slug])


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_hidden_page_and_a_missing_page_give_the_same_answer(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(MemberFactory())
    hidden = closed()
    gone = re.sub(r"\d+", "987654", hidden)
    said = [client.get(address) for address in (hidden, gone)]
    assert [answer.status_code for answer in said] == [404, 404]
    assert main(said[0]).replace(hidden, gone) == main(said[1])
    assert "Hemlig" not in said[0].content.decode()


def test_a_visitor_returns_to_the_requested_page_after_sign_in(client: Client) -> None:
    membership = MembershipFactory(member__password="x")
    made = ProjectFactory(organisation=membership.organisation, author=membership.member)
    set_visibility(instance=made, visibility="organisation")
    address = f"{made.get_absolute_url()}?page=2"
    answer = client.get(address)
    assert answer.status_code == 404
    (sign_in,) = [link for link in links(answer) if link.startswith(reverse("account_login"))]
    assert f"next={made.get_absolute_url()}%3Fpage%3D2" in sign_in.replace("%2F", "/")
    membership.member.set_password("a long password")
    membership.member.save()
    back = client.post(
        sign_in.replace("&amp;", "&"), {"login": membership.member.email, "password": "a long password"}
    )
    assert back.url == address
    assert client.get(address).status_code == 200


def test_the_sign_in_link_does_not_return_to_a_page_that_was_posted(client: Client) -> None:
    answer = client.post("/no-such-page/", {"text": "Hello there"})
    assert answer.status_code == 404
    assert reverse("account_login") in links(answer)


def test_a_member_can_ask_the_organisation_and_gets_no_sign_in_link(stranger: Client) -> None:
    answer = stranger.get(edited())
    assert answer.status_code == 403
    assert "Only the organisation&#x27;s administrators can change this." in main(answer)
    assert reverse("organisations:join") in links(answer)
    assert not any(reverse("account_login") in link for link in links(answer))
    assert 'role="search"' in main(answer)


def test_a_member_without_access_to_the_admin_can_change_accounts(stranger: Client) -> None:
    answer = stranger.get(reverse("wagtailadmin_home"), follow=True)
    assert answer.status_code == 403
    assert reverse("account_logout") in links(answer)
    assert reverse("organisations:join") not in links(answer)


def test_a_refused_page_returns_the_text_that_was_sent_but_not_the_password(stranger: Client) -> None:
    answer = stranger.post(edited(), {"description": "A long text about us.", "password": "not this one"})
    assert answer.status_code == 403
    assert "A long text about us." in main(answer)
    assert "not this one" not in main(answer)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/guider/upphandla-ai-tjanster/", "upphandla ai tjanster"),
        ("/en/guides/how_we_began.html", "how we began"),
        ("/projekt/4711/", ""),
        ("/projekt/4711-lasa-brev/", "lasa brev"),
        ("/åäö/Blåbär i skogen/", "Blåbär skogen"),
        ("/" + "-".join(["ord"] * 50), " ".join(["ord"] * 8)),
        ("/", ""),
    ],
)
def test_the_search_words_come_from_the_address(path: str, words: str) -> None:
    assert words_of(path) == words


@pytest.mark.parametrize(
    ("path", "words"),
    [("/guider/upphandla-ai/", "upphandla ai"), ("/%22><script>/", "script"), ("/en/1/", "")],
)
def test_the_search_field_contains_the_words_of_the_address(client: Client, path: str, words: str) -> None:
    said = main(client.get(path))
    assert f'id="lost-search" name="q" value="{words}"' in said
    assert "<script>" not in said


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/en/projects/?stage=pilot", "/en/projects/?stage=pilot"),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("http://testserver/en/no-such-page/", None),
        ("", None),
    ],
)
def test_the_page_links_back_to_the_previous_page_of_this_site_only(
    client: Client, referer: str, back: str | None
) -> None:
    answer = client.get("/en/no-such-page/", headers={"referer": referer})
    recovery = {link for link in links(answer) if not link.startswith(reverse("account_login"))}
    assert recovery == {reverse("home"), back} - {None}


def test_a_refusal_of_another_library_has_recovery_links_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> TemplateResponse:
        raise PermissionDenied("secret inside")

    monkeypatch.setattr("knowledge.models.PlainPage.serve", refuse)
    answer = client.get("/en/about/")
    assert answer.status_code == 403
    assert "secret inside" not in answer.content.decode()
    assert 'role="search"' in main(answer)


def test_a_page_for_too_many_requests_says_when_to_try_again(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 23, 10, 1, 20, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr("core.limits.time.time", lambda: now.timestamp())
    monkeypatch.setattr(type(JOINING), "spend", lambda *args: (_ for _ in ()).throw(TooMany(1500)))
    answer = stranger.post(reverse("organisations:join"), {"organisation": "Växjö kommun"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "1500")
    assert "Try again in 25 minutes." in main(answer)
    assert "You can try again from 11:27." in main(answer)
    assert "Växjö kommun" in main(answer), "which can be copied from there"


def test_the_old_address_of_the_report_form_redirects_to_the_new_one(client: Client) -> None:
    moved = client.get("/en/report-a-failing/?page=/en/")
    assert moved.url == f"{reverse('contact:report')}?page=/en/"


def test_the_sign_in_page_says_that_the_reader_continues_to_the_requested_page(client: Client) -> None:
    said = "continue to the page you were going to"
    asked = client.get(reverse("members:profile"), follow=True)
    assert said in main(asked)
    assert said not in main(client.get(reverse("account_login")))

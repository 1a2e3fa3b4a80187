"""Who may not see a page, or finds none, is told why and what they can do now, and nothing of what it holds."""

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
    """What stands on the page itself, without header and foot."""
    return str(answer.content.decode().partition("<main")[2].partition("</main>")[0])


def links(answer: Any) -> list[str]:
    return re.findall(r'<a [^>]*href="([^"]+)"', main(answer))


def closed() -> str:
    """The address of a project for its organisation only."""
    return ProjectFactory(title="Hemlig", publish=False).get_absolute_url()


def edited() -> str:
    """Where only an administrator of an organisation has business."""
    return reverse("organisations:edit", args=[MembershipFactory().organisation.slug])


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_is_hidden_and_what_does_not_exist_say_the_same(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(MemberFactory())
    hidden = closed()
    gone = re.sub(r"\d+", "987654", hidden)
    said = [client.get(address) for address in (hidden, gone)]
    assert [answer.status_code for answer in said] == [404, 404]
    assert main(said[0]).replace(hidden, gone) == main(said[1])
    assert "Hemlig" not in said[0].content.decode()


def test_a_visitor_signs_in_and_comes_back_to_what_they_came_for(client: Client) -> None:
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


def test_what_was_sent_is_not_something_to_come_back_to(client: Client) -> None:
    answer = client.post("/no-such-page/", {"text": "Hello there"})
    assert answer.status_code == 404
    assert reverse("account_login") in links(answer)


def test_who_is_signed_in_may_ask_the_organisation_and_is_not_asked_to_sign_in(stranger: Client) -> None:
    answer = stranger.get(edited())
    assert answer.status_code == 403
    assert "Only the organisation&#x27;s administrators can change this." in main(answer)
    assert reverse("organisations:join") in links(answer)
    assert not any(reverse("account_login") in link for link in links(answer))
    assert 'role="search"' in main(answer)


def test_who_may_not_enter_the_editors_room_may_change_accounts(stranger: Client) -> None:
    answer = stranger.get(reverse("wagtailadmin_home"), follow=True)
    assert answer.status_code == 403
    assert reverse("account_logout") in links(answer)
    assert reverse("organisations:join") not in links(answer)


def test_what_was_written_is_kept_where_one_may_not_send_it(stranger: Client) -> None:
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
def test_what_is_searched_for_are_the_words_of_the_address(path: str, words: str) -> None:
    assert words_of(path) == words


@pytest.mark.parametrize(
    ("path", "words"),
    [("/guider/upphandla-ai/", "upphandla ai"), ("/%22><script>/", "script"), ("/en/1/", "")],
)
def test_the_search_field_holds_them(client: Client, path: str, words: str) -> None:
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
def test_there_is_a_way_back_to_where_one_came_from_on_this_site(
    client: Client, referer: str, back: str | None
) -> None:
    answer = client.get("/en/no-such-page/", headers={"referer": referer})
    ways = {link for link in links(answer) if not link.startswith(reverse("account_login"))}
    assert ways == {reverse("home"), back} - {None}


def test_a_door_that_another_library_keeps_leads_on_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> TemplateResponse:
        raise PermissionDenied("secret inside")

    monkeypatch.setattr("knowledge.models.PlainPage.serve", refuse)
    answer = client.get("/en/about/")
    assert answer.status_code == 403
    assert "secret inside" not in answer.content.decode()
    assert 'role="search"' in main(answer)


def test_too_much_says_from_when_it_works_again(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 23, 10, 1, 20, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr("core.limits.time.time", lambda: now.timestamp())
    monkeypatch.setattr(type(JOINING), "spend", lambda *args: (_ for _ in ()).throw(TooMany(1500)))
    answer = stranger.post(reverse("organisations:join"), {"organisation": "Växjö kommun"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "1500")
    assert "Try again in 25 minutes." in main(answer)
    assert "You can try again from 11:27." in main(answer)
    assert "Växjö kommun" in main(answer), "which can be copied from there"


def test_the_earlier_address_of_the_report_leads_to_the_present_one(client: Client) -> None:
    moved = client.get("/en/report-a-failing/?page=/en/")
    assert moved.url == f"{reverse('contact:report')}?page=/en/"


def test_who_is_asked_to_sign_in_on_the_way_is_told_that_it_goes_on(client: Client) -> None:
    said = "continue to the page you were going to"
    asked = client.get(reverse("members:profile"), follow=True)
    assert said in main(asked)
    assert said not in main(client.get(reverse("account_login")))

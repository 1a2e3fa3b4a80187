"""Who sends a form after the session ended gets back what they wrote, and a way to sign in that leads to the form."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.projects.models import Project
from knowledge.models import UseCasePage
from tests.factories import MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

PROJECT = {
    "title": "Chatbot",
    "benefit": "Kortare köer för invånarna.",
    "how_it_works": "Den **svarar** först.",
}
USE_CASE = {"title": "Chatbot", "summary": "Kortare köer för invånarna.", "stage": "in_use", "submit": "1"}


def next_page(answer: Any) -> str:
    (link,) = re.findall(r'<a class="button[^"]*" href="([^"]+)"', answer.text.partition("<main")[2])
    address = urlsplit(link)
    assert address.path == reverse("account_login")
    return parse_qs(address.query)["next"][0]


def texts(answer: Any) -> dict[str, str]:
    """Each text given back, by the name it stands under."""
    found = re.findall(
        r"<label[^>]*>([^<]+)</label>\s*<textarea[^>]* readonly>([^<]*)</textarea>", answer.text
    )
    assert len(found) == answer.text.count(" readonly>")
    return dict(found)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_project_is_given_back_with_the_questions_it_answers(client: Client, language: str) -> None:
    with translation.override(language):
        form = reverse("projects:write")
    answer = client.post(f"{form}?from=1", PROJECT)
    assert answer.status_code == 403
    says, questions = {
        "sv": ("Du har loggats ut", ["Vad gör ni?", "Vem får vilken nytta?", "Så fungerar det"]),
        "en": ("You have been signed out", ["What do you do?", "Who benefits, and how?", "How it works"]),
    }[language]
    assert f"<h1>{says}</h1>" in answer.text
    assert texts(answer) == dict(zip(questions, PROJECT.values(), strict=True))
    with translation.override(language):
        assert next_page(answer) == f"{form}?from=1"
    assert not Project.objects.exists()


def test_a_use_case_is_given_back_under_its_own_questions(client: Client) -> None:
    answer = client.post(reverse("projects:write_use_case"), USE_CASE)
    assert texts(answer) == {
        "Titel": "Chatbot",
        "Nyttan i en mening": "Kortare köer för invånarna.",
    }
    assert next_page(answer) == reverse("projects:write_use_case")
    assert not UseCasePage.objects.exists()


def test_one_comes_back_to_the_page_with_the_form_where_the_address_only_takes_what_is_sent(
    client: Client,
) -> None:
    organisation = MembershipFactory().organisation
    address = reverse("organisations:state", args=[organisation.slug])
    page = organisation.get_absolute_url()
    told = {"kind": "does", "text": "Vi gräver kanaler."}
    answer = client.post(address, told, headers={"referer": f"http://testserver{page}"})
    assert "Vi gräver kanaler." in texts(answer).values()
    assert next_page(answer) == page
    elsewhere = client.post(address, told, headers={"referer": "https://evil.example/form"})
    assert "evil.example" not in elsewhere.text
    assert next_page(elsewhere) == address
    assert not organisation.statements.exists()


def test_neither_passwords_nor_codes_are_given_back(client: Client) -> None:
    secrets = {"oldpassword": "min gamla nyckel", "code": "123 456", "recovery_code": "ab cd", "token": "x y"}
    answer = client.post(
        reverse("members:profile"), {"first_name": "Anna", "note": "Flera ord här.", **secrets}
    )
    assert "Flera ord här." in texts(answer).values()
    for secret in secrets.values():
        assert secret not in answer.text


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"accept": "application/json"}], ids=["htmx", "json"]
)
def test_programs_are_still_led_to_sign_in(client: Client, headers: dict[str, str]) -> None:
    answer = client.post(reverse("projects:write"), PROJECT, headers=headers)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_who_wrote_nothing_is_led_to_sign_in_and_who_is_signed_in_to_the_form(client: Client) -> None:
    project = ProjectFactory()
    address = reverse("projects:publish", args=[project.pk])
    assert client.post(address)["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("projects:write"))["Location"].startswith(reverse("account_login"))
    client.force_login(MembershipFactory().member)
    answer = client.post(reverse("projects:write"), PROJECT)
    assert answer.status_code == 422
    assert "Du har loggats ut" not in answer.text

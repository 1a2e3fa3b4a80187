"""A form sent after the session ended: the answer returns the text and a sign-in link that leads to the form."""

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
from tests.factories import MembershipFactory, ProjectFactory, StatementFactory

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
    """Return each returned text by the label above it."""
    found = re.findall(
        r"<label[^>]*>([^<]+)</label>\s*<textarea[^>]* readonly>([^<]*)</textarea>", answer.text
    )
    assert len(found) == answer.text.count(" readonly>")
    return dict(found)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_texts_of_a_project_are_returned_under_their_questions(client: Client, language: str) -> None:
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


def test_the_texts_of_a_use_case_are_returned_under_their_own_questions(client: Client) -> None:
    answer = client.post(reverse("use_cases:write"), USE_CASE)
    assert texts(answer) == {
        "Titel": "Chatbot",
        "Nyttan i en mening": "Kortare köer för invånarna.",
    }
    assert next_page(answer) == reverse("use_cases:write")
    assert not UseCasePage.objects.exists()


def test_sign_in_leads_to_the_page_with_the_form_when_the_address_accepts_only_post(
    client: Client,
) -> None:
    organisation = MembershipFactory().organisation
    statement = StatementFactory(organisation=organisation)
    address = reverse("statements:end", args=[statement.pk])
    page = organisation.get_absolute_url()
    fields = {"kind": "does", "text": "Vi gräver kanaler."}
    answer = client.post(address, fields, headers={"referer": f"http://testserver{page}"})
    assert "Vi gräver kanaler." in texts(answer).values()
    assert next_page(answer) == page
    elsewhere = client.post(address, fields, headers={"referer": "https://evil.example/form"})
    assert "evil.example" not in elsewhere.text
    assert next_page(elsewhere) == address
    statement.refresh_from_db()
    assert statement.ended_at is None


def test_passwords_and_codes_are_not_returned(client: Client) -> None:
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
def test_programs_are_redirected_to_sign_in(client: Client, headers: dict[str, str]) -> None:
    answer = client.post(reverse("projects:write"), PROJECT, headers=headers)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_an_empty_form_leads_to_sign_in_and_a_signed_in_member_to_the_form(client: Client) -> None:
    project = ProjectFactory()
    address = reverse("projects:publish", args=[project.pk])
    assert client.post(address)["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("projects:write"))["Location"].startswith(reverse("account_login"))
    client.force_login(MembershipFactory().member)
    answer = client.post(reverse("projects:write"), PROJECT)
    assert answer.status_code == 422
    assert "Du har loggats ut" not in answer.text

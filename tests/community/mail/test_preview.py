"""Every letter has a sample, and is whole in both languages; where one develops they can be looked at."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client
from django.urls import reverse

from community.mail import preview, samples
from tests.support.database import ROOT

FOLDER = ROOT / "templates" / "mail"
PARTS = (".subject.txt", ".txt", ".html")
TEMPLATES = sorted(
    str(path.relative_to(FOLDER)).removesuffix(".subject.txt") for path in FOLDER.rglob("*.subject.txt")
)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def names_of(suffix: str) -> set[str]:
    """Letters have a part of each kind; what they are made of stands in `parts/` and `base`."""
    shown = (path.relative_to(FOLDER) for path in FOLDER.rglob(f"*{suffix}"))
    letters = {str(path) for path in shown if path.parts[0] not in {"parts", "pages", "preview"}}
    if suffix == ".txt":
        letters = {name for name in letters if not name.endswith(".subject.txt")}
    return {name.removesuffix(suffix) for name in letters} - {"base"}


def test_every_letter_has_its_three_parts_and_a_sample() -> None:
    assert names_of(".subject.txt") == names_of(".txt") == names_of(".html") == set(samples.templates())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_is_whole(monkeypatch: pytest.MonkeyPatch, template: str, language: str) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "MISSING[%s]")
    letter = preview.sample_delivery(template, language)
    assert 0 < len(letter.subject) <= 70
    for words in (letter.subject, letter.text, letter.html):
        assert "MISSING[" not in words
    assert "<" not in letter.text
    assert "Samverka" in letter.text
    assert f'lang="{language}"' in letter.html
    assert "<img" not in letter.html


@pytest.mark.django_db
def test_the_list_leads_to_each_in_each_language(client: Client) -> None:
    page = client.get(reverse("mail:preview")).content.decode()
    for template in TEMPLATES:
        for language in LANGUAGES:
            url = reverse("mail:preview_mail", args=[language, template])
            assert url in page
            assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_a_mail_is_framed_under_a_policy_of_its_own(client: Client) -> None:
    where = ["sv", "account/email_confirmation"]
    page, letter = (client.get(reverse(f"mail:preview_{kind}", args=where)) for kind in ("mail", "html"))
    assert reverse("mail:preview_html", args=where) in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "style-src 'unsafe-inline'" in letter["Content-Security-Policy"]
    assert "script-src" not in letter["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in letter["Content-Security-Policy"]
    assert letter["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["sv/nothing/", "xx/confirm_address/", "sv/base.html", "sv/../../settings/"])
def test_there_is_nothing_else_to_see(client: Client, path: str) -> None:
    assert client.get(f"{reverse('mail:preview')}{path}").status_code == 404

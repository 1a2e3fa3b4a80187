"""Each mail has a sample and renders in both languages; in development there are pages that show them."""

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
    """Return the names of the mails that have a part with this suffix, without `base`, `parts/` and pages."""
    shown = (path.relative_to(FOLDER) for path in FOLDER.rglob(f"*{suffix}"))
    mails = {str(path) for path in shown if path.parts[0] not in {"parts", "pages", "preview"}}
    if suffix == ".txt":
        mails = {name for name in mails if not name.endswith(".subject.txt")}
    return {name.removesuffix(suffix) for name in mails} - {"base"}


def test_each_mail_has_three_parts_and_a_sample() -> None:
    assert names_of(".subject.txt") == names_of(".txt") == names_of(".html") == set(samples.templates())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_mail_renders_without_missing_variables(
    monkeypatch: pytest.MonkeyPatch, template: str, language: str
) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "MISSING[%s]")
    delivery = preview.sample_delivery(template, language)
    assert 0 < len(delivery.subject) <= 70
    for words in (delivery.subject, delivery.text, delivery.html):
        assert "MISSING[" not in words
    assert "<" not in delivery.text
    assert "Samverka" in delivery.text
    assert f'lang="{language}"' in delivery.html
    assert "<img" not in delivery.html


@pytest.mark.django_db
def test_the_list_links_to_each_mail_in_each_language(client: Client) -> None:
    page = client.get(reverse("mail:preview")).content.decode()
    for template in TEMPLATES:
        for language in LANGUAGES:
            url = reverse("mail:preview_mail", args=[language, template])
            assert url in page
            assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_a_mail_is_framed_with_its_own_content_security_policy(client: Client) -> None:
    where = ["sv", "account/email_confirmation"]
    page, mail = (client.get(reverse(f"mail:preview_{kind}", args=where)) for kind in ("mail", "html"))
    assert reverse("mail:preview_html", args=where) in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "style-src 'unsafe-inline'" in mail["Content-Security-Policy"]
    assert "script-src" not in mail["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in mail["Content-Security-Policy"]
    assert mail["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["sv/nothing/", "xx/confirm_address/", "sv/base.html", "sv/../../settings/"])
def test_an_unknown_preview_gives_404(client: Client, path: str) -> None:
    assert client.get(f"{reverse('mail:preview')}{path}").status_code == 404

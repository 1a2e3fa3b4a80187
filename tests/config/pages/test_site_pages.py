"""Pages that belong to no package: operator, terms, consents, cookies, sitemap, robots.txt and error pages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core import checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from community.members.models import Consent, Member
from community.members.services import accept_terms
from config.pages.cookies import COOKIES
from config.settings.base import ROOT
from core.topics import invalidate_pages
from knowledge.models import TERMS_CODES, OperatorInfo, PlainCode, PlainPage, PolicyText
from tests.config.test_every_page import PAGES, World
from tests.factories import MemberFactory, OrganisationFactory, ProjectFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

XHTML = "{http://www.w3.org/1999/xhtml}link"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def plain(code: str, language: str = "sv") -> PlainPage:
    return PlainPage.objects.with_code(code, language)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("code", PlainCode.values)
def test_each_plain_page_exists_in_its_language_and_in_the_footer(
    client: Client, code: str, language: str
) -> None:
    page = plain(code, language)
    assert page.locale.language_code == language
    answer = client.get(page.url).content.decode()
    assert page.title in answer
    assert re.search(rf'<footer.*href="{page.url}"', answer, re.S)
    assert not re.search(r"\[[^\]]*(namn|name|adress|address)[^\]]*\]", answer, re.I), "no holes to fill"
    assert "<h4" not in answer


def test_operator_facts_are_entered_once_and_shown_on_every_page_that_needs_them(client: Client) -> None:
    OperatorInfo.objects.update(
        operator="Granviks kommun",
        email="hej@granvik.example",
        legal_basis="public_interest",
        assessed_by="Synvinkeln AB",
        data_protection_email="ombud@granvik.example",
    )
    for code in PlainCode.values:
        assert "Granviks kommun" in client.get(plain(code).url).content.decode(), code
    assert "Synvinkeln AB" in client.get("/tillganglighet/").content.decode()
    privacy = client.get("/personuppgifter/").content.decode()
    assert "ombud@granvik.example" in privacy
    assert "6.1 e" in privacy


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_link_in_the_shipped_texts_leads_to_a_page(client: Client, language: str) -> None:
    for code in PlainCode.values:
        for url in re.findall(r'href="(/[^"]*)"', plain(code, language).body):
            with translation.override(language):
                assert client.get(url).status_code == 200, (code, url)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_text_refers_to_missing_facts(client: Client, language: str) -> None:
    for code in PlainCode.values:
        page = client.get(plain(code, language).url).content.decode()
        assert "mailto:" not in page, code
        assert not re.search(r"faktarutan|among the facts|facts box|security\.txt", page), code
    OperatorInfo.objects.update(email="hej@granvik.example", security_email="slarv@granvik.example")
    invalidate_pages()
    contact = client.get(plain("contact", language).url).content.decode()
    assert {"mailto:hej@granvik.example", "mailto:slarv@granvik.example"} <= set(
        re.findall(r'href="(mailto:.*?)"', contact)
    )


def test_the_system_check_warns_production_until_the_facts_are_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def warnings() -> list[str]:
        found = checks.run_checks(tags=["database"], databases=["default"])
        return [warning.id for warning in found if warning.id == "config.W001"]

    assert warnings() == [], "a demonstration needs none"
    monkeypatch.setattr("config.checks.settings", SimpleNamespace(INSTALLED_APPS=["config"]))
    assert warnings() == ["config.W001"]
    OperatorInfo.objects.update(operator="G", address="G", email="g@g.example", legal_basis="contract")
    assert warnings() == []


def test_editors_are_asked_for_missing_facts(client: Client) -> None:
    settings_page = reverse("wagtailsettings:edit", args=["knowledge", "operatorinfo"])
    asks = f'<a href="{settings_page}">'
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    assert asks in client.get("/admin/").content.decode()
    OperatorInfo.objects.update(operator="G", address="G", email="g@g.example", legal_basis="contract")
    assert asks not in client.get("/admin/").content.decode()


# Terms


def new_version(code: str = PlainCode.TERMS, **fields: Any) -> PlainPage:
    page = plain(code)
    for name, value in {"body": "<p>Nya ord</p>", "in_force": timezone.localdate(), **fields}.items():
        setattr(page, name, value)
    page.save_revision().publish()
    invalidate_pages()  # The commit would do this, but these tests never commit.
    return page


def earlier_first() -> None:
    """Make the shipped texts be in force for 30 days."""
    PolicyText.objects.update(in_force=timezone.localdate() - timedelta(days=30))
    PlainPage.objects.filter(code__in=TERMS_CODES).update(in_force=timezone.localdate() - timedelta(days=30))


def accept(member: Member) -> None:
    accept_terms(member=member, versions=PolicyText.objects.versions(timezone.localdate()))


def test_the_bar_is_shown_to_members_who_have_not_read_the_texts_in_force(client: Client) -> None:
    earlier_first()
    member = MemberFactory()
    assert "policy-bar" not in client.get("/").content.decode(), "a visitor accepts nothing"
    accept(member)
    client.force_login(member)
    assert "policy-bar" not in client.get("/").content.decode()
    new_version()
    page = client.get("/")
    assert [policy.code for policy in page.context["to_read"]] == [PlainCode.TERMS]
    versions = PolicyText.objects.versions(timezone.localdate())
    back = client.post(reverse("members:accept_terms"), {"versions": versions, "next": "/guider/"})
    assert back.headers["Location"] == "/guider/"
    assert "policy-bar" not in client.get("/").content.decode()


def test_an_accepted_text_is_stored_word_for_word_and_never_changed(client: Client) -> None:
    earlier_first()
    member = MemberFactory()
    accept(member)
    new_version()
    accept(member)
    accept(member)
    given = Consent.objects.filter(member=member, text__code=PlainCode.TERMS).order_by("pk")
    assert [consent.text.body == "<p>Nya ord</p>" for consent in given] == [False, True]
    with pytest.raises(TypeError):
        Consent.objects.update(given_at=timezone.now())


def test_a_version_published_while_a_member_reads_another_is_not_accepted() -> None:
    earlier_first()
    member = MemberFactory()
    seen = PolicyText.objects.versions(timezone.localdate())
    new_version()
    accept_terms(member=member, versions=seen)
    assert [consent.text.code for consent in member.consents.all()] == [PlainCode.PRIVACY]
    member.refresh_from_db()
    assert member.policies_read != PolicyText.objects.versions(timezone.localdate())


def test_a_correction_does_not_ask_for_acceptance_again_and_keeps_both_texts(client: Client) -> None:
    member = MemberFactory()
    accept(member)
    new_version(body="<p>Rättstavat</p>", in_force=plain(PlainCode.TERMS).in_force)
    client.force_login(member)
    assert "policy-bar" not in client.get("/").content.decode()
    assert PolicyText.objects.filter(code=PlainCode.TERMS, language="sv").count() == 2


TOMORROW = timedelta(days=1)


def test_until_its_day_a_new_text_is_announced_and_the_old_one_applies(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_first()
    member = MemberFactory()
    accept(member)
    tomorrow = timezone.localdate() + TOMORROW
    page = new_version(in_force=tomorrow, summary="Ny ingress")
    coming = page.coming.get_absolute_url()
    said = client.get("/villkor/").content.decode()
    assert "Nya ord" not in said
    assert "Ny ingress" not in said
    assert "Ditt konto" in said
    assert f'href="{coming}"' in said
    assert "Nya ord" in client.get(coming).content.decode()
    assert page.earlier == [], "what is coming is no earlier version, nor is what stands"
    later = timezone.now() + TOMORROW
    monkeypatch.setattr(timezone, "now", lambda: later)
    said = client.get("/villkor/").content.decode()
    assert "Nya ord" in said, "though the page of yesterday was kept a moment ago"
    assert "Ny ingress" in said
    assert f'href="{coming}"' not in said
    assert [text.body == "<p>Nya ord</p>" for text in page.earlier] == [False]


def test_members_are_notified_of_a_coming_text_once_and_not_again_on_its_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_first()
    member = MemberFactory()
    accept(member)
    new_version(PlainCode.PRIVACY, in_force=timezone.localdate() + TOMORROW)
    client.force_login(member)
    page = client.get("/")
    assert [(text.code, text.since) for text in page.context["to_read"]] == [
        (PlainCode.PRIVACY, timezone.localdate() + TOMORROW)
    ]
    assert page.context["asked"] == PlainCode.PRIVACY, "which is read, not accepted"
    client.post(reverse("members:accept_terms"), {"versions": page.context["frame"].published, "next": "/"})
    assert "policy-bar" not in client.get("/").content.decode()
    later = timezone.now() + TOMORROW
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "policy-bar" not in client.get("/").content.decode()
    new_version(in_force=timezone.localdate())
    assert client.get("/").context["asked"] == PlainCode.TERMS


def test_a_version_whose_day_was_postponed_never_applies(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_first()
    today = timezone.localdate()
    regretted = new_version(body="<p>Ångrat</p>", in_force=today + TOMORROW).coming
    page = new_version(in_force=today + 10 * TOMORROW)
    assert page.coming.in_force == today + 10 * TOMORROW
    assert not regretted.is_standing
    later = timezone.now() + 2 * TOMORROW
    monkeypatch.setattr(timezone, "now", lambda: later)
    said = client.get("/villkor/").content.decode()
    assert "Ditt konto" in said
    assert "Ångrat" not in said
    assert PolicyText.objects.published(timezone.localdate())[0]["terms"] == today - timedelta(days=30)


def test_editors_can_preview_their_changes(client: Client) -> None:
    earlier_first()
    page = plain(PlainCode.TERMS)
    page.body, page.in_force = "<p>Nya ord</p>", timezone.localdate() + TOMORROW
    assert "Nya ord" in page.make_preview_request(preview_mode="").render().content.decode()


def test_the_profile_lists_read_and_accepted_texts_in_the_readers_language(client: Client) -> None:
    member = MemberFactory()
    accept(member)
    assert {consent.text.language for consent in member.consents.in_words()} == {"sv"}
    client.force_login(member)
    with translation.override("en"):
        said = client.get(reverse("members:profile")).content.decode()
    own = said[said.index('id="accepted"') :].split("</section>")[0]
    assert "Användarvillkor" not in own
    assert "Så hanterar vi" not in own
    assert "Terms of use" in own


def test_older_versions_can_be_read(client: Client) -> None:
    earlier_first()
    old = PolicyText.objects.get(code=PlainCode.TERMS, language="sv")
    new_version()
    page = client.get("/villkor/").content.decode()
    assert old.get_absolute_url() in page
    assert "Nya ord" in page
    assert "Ditt konto" in client.get(old.get_absolute_url()).content.decode()
    assert client.get(reverse("policy", args=["about", timezone.localdate()])).status_code == 404
    assert client.get("/versioner/terms/2026-13-40/").status_code == 404


def test_members_download_only_their_own_consents(client: Client) -> None:
    anna, bo = MemberFactory(), MemberFactory()
    accept(anna)
    assert client.get(reverse("members:consents")).status_code == 302
    client.force_login(anna)
    own = client.get(reverse("members:consents"))
    assert own.headers["Cache-Control"] == "no-store"
    assert own.content.decode().count("terms,") == 1
    client.force_login(bo)
    assert client.get(reverse("members:consents")).content.decode().count("\n") == 1


def test_the_next_parameter_leads_only_to_this_site(client: Client) -> None:
    client.force_login(MemberFactory())
    back = client.post(reverse("members:accept_terms"), {"versions": "", "next": "https://evil.example/"})
    assert back.headers["Location"] == reverse("members:profile")


# Cookies


def test_every_cookie_is_listed_on_the_cookie_page(client: Client) -> None:
    world = World()
    password = "en lång nyckel 17"
    world.member.set_password(password)
    world.member.save()
    seen: set[str] = set()

    def visit(method: str, url: str, **data: str) -> None:
        seen.update(getattr(client, method)(url, data).cookies)

    for page in PAGES.values():
        visit("get", page(world))
    for url in ("/finns-inte/", "/robots.txt", "/sitemap.xml", reverse("manifest"), "/admin/"):
        visit("get", url)
    client.post(reverse("contact:report"), {"text": "Knappen syns inte."})
    visit("post", reverse("account_login"), login=world.member.email, password=password)
    for url in ("/", "/admin/", reverse("members:profile"), reverse("account_email")):
        visit("get", url)
    visit("post", reverse("account_logout"))
    visit("post", reverse("account_reset_password"), email=world.member.email)
    visit("get", "/")
    assert seen == {cookie.name for cookie in COOKIES}
    page = client.get("/kakor/").content.decode()
    assert set(re.findall(r"<th scope=\"row\"[^>]*><code>(.*?)</code>", page)) == seen


def test_a_visitor_who_only_reads_gets_no_cookie(client: Client) -> None:
    for url in ("/", "/om/", "/kakor/", "/projekt/", "/organisationer/"):
        client.get(url)
    assert not client.cookies


# For machines


def test_security_txt_is_always_valid(client: Client) -> None:
    def security_txt() -> dict[str, str]:
        answer = client.get("/.well-known/security.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())

    lines = security_txt()
    assert lines["Contact"] == "http://localhost:8000" + reverse("contact:write")
    left = datetime.fromisoformat(lines["Expires"]) - datetime.now(UTC)
    assert timedelta(days=179) < left < timedelta(days=366)
    assert lines["Preferred-Languages"] == "sv, en"
    OperatorInfo.objects.update(email="hej@granvik.example")
    assert security_txt()["Contact"] == "mailto:hej@granvik.example"
    OperatorInfo.objects.update(security_email="säkert@granvik.example")
    assert security_txt()["Contact"] == "mailto:säkert@granvik.example"


def test_robots_txt_names_the_closed_paths_and_the_sitemap(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    for path in ("/admin/", "/accounts/", "/en/accounts/", reverse("search:search")):
        assert f"Disallow: {path}" in lines
    assert "Sitemap: http://localhost:8000/sitemap.xml" in lines
    assert "Disallow: /" not in lines


def addresses(client: Client) -> dict[str, list[str]]:
    """Return every address of the sitemap, with its alternates in other languages."""
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = {}
    for part in index.iter(f"{SITEMAP}loc"):
        for url in ElementTree.fromstring(client.get(part.text).content).iter(f"{SITEMAP}url"):
            found[url.find(f"{SITEMAP}loc").text] = [link.get("href") for link in url.iter(XHTML)]
    return found


def test_the_sitemap_contains_only_public_pages_in_both_languages(client: Client) -> None:
    project, hidden = ProjectFactory(), ProjectFactory(publish=False)
    draft = UseCaseFactory(live=False)
    organisation = OrganisationFactory()
    found = addresses(client)
    for thing in (project, organisation):
        pair = []
        for language in ("sv", "en"):
            with translation.override(language):
                pair.append("http://localhost:8000" + thing.get_absolute_url())
        assert found[pair[0]] == found[pair[1]] == pair
    assert found["http://localhost:8000/om/"] == [
        "http://localhost:8000/om/",
        "http://localhost:8000/en/about/",
    ]
    everything = " ".join(found)
    assert hidden.get_absolute_url() not in everything
    assert draft.slug not in everything
    for address in [*found][:20]:
        assert client.get(address).status_code == 200, address


def test_a_large_sitemap_is_split_and_takes_few_queries(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("config.pages.sitemap.PART", 100)
    with django_assert_max_num_queries(8):
        parts = re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode())
    assert sum("organisations" in part for part in parts) == 4
    for part in parts:
        with django_assert_max_num_queries(6):
            assert client.get(part).status_code == 200
    assert client.get("/sitemap-organisations-9.xml").status_code == 404
    assert client.get("/sitemap-members-1.xml").status_code == 404


def test_the_manifest_names_existing_icons_with_their_real_sizes(client: Client) -> None:
    manifest = json.loads(client.get(reverse("manifest")).content)
    assert manifest["start_url"] == "/"
    purposes = set()
    for icon in manifest["icons"]:
        file = ROOT / "site" / icon["src"].lstrip("/")
        assert file.exists()
        purposes.add(icon["purpose"])
        if file.suffix == ".png":
            with Image.open(file) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert purposes == {"any", "maskable"}
    assert client.get("/favicon.ico").headers["Location"] == "/static/icons/favicon.ico"


def test_a_page_declares_its_canonical_address_and_its_translation(client: Client) -> None:
    page = client.get("/om/").content.decode()
    assert '<link rel="canonical" href="http://localhost:8000/om/">' in page
    assert '<link rel="alternate" hreflang="en" href="http://localhost:8000/en/about/">' in page
    assert '<meta property="og:title" content="Om Samverka">' in page
    alone = UseCaseFactory()
    page = client.get(alone.url).content.decode()
    assert 'rel="alternate" hreflang' not in page
    assert f'content="{alone.title}"' in page


# When something is wrong


@pytest.mark.parametrize(("path", "lang"), [("/finns-inte/", "sv"), ("/en/no-such-page/", "en")])
def test_a_missing_page_offers_links_in_its_language(client: Client, path: str, lang: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{lang}">' in page
    assert 'role="search"' in page or "<form" in page
    assert 'rel="canonical"' not in page


def test_a_malformed_request_gets_an_error_page(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["samverka.example"]
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(("path", "lang"), [("/om/", "sv"), ("/en/about/", "en")])
def test_the_server_error_page_needs_no_database(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, lang: str
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    client.raise_request_exception = False
    monkeypatch.setattr("knowledge.models.PlainPage.serve", broken)
    monkeypatch.setattr("config.pages.context.frame_in", broken)
    answer = client.get(path, headers={"x-request-id": "0123456789abcdef0123456789abcdef"})
    page = answer.content.decode()
    assert answer.status_code == 500
    assert f'<html lang="{lang}">' in page
    assert "0123456789abcdef0123456789abcdef" in page
    assert "ZeroDivisionError" not in page


def test_an_expired_form_returns_the_text_but_no_password() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        reverse("contact:write"), {"text": "Ett långt brev.", "password1": "hemlig nyckel 1"}
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Ett långt brev." in page
    assert "hemlig nyckel" not in page
    assert f'href="{reverse("contact:write")}"' in page


def test_an_expired_form_returns_each_text_under_its_question_if_known() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post(
        reverse("projects:write"), {"title": "Svara på frågor", "benefit": "Kortare köer."}
    ).text
    assert ">Vad gör ni?</label>" in page
    assert ">Vem får vilken nytta?</label>" in page
    assert ">Text 1</label>" not in page
    unknown = client.post(reverse("projects:write"), {"nowhere": "Flera ord här."}).text
    assert ">Text 1</label>" in unknown
    both = client.post(reverse("contact:write"), {"text": "Flera ord här.", "page": "", "email": ""}).text
    assert ">Text 1</label>" in both, "two forms ask differently for it"

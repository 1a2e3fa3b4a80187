"""The feed contains new pages in one language that everyone may read."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from config.pages.feed import SHOWN
from core.audience import MEMBERS
from knowledge.models import KnowledgePage
from tests.factories import ArticleFactory, GuideFactory, MemberFactory, UseCaseFactory, translated
from tests.support.subjects import show_to

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, language: str = "sv") -> ElementTree.Element:
    with translation.override(language):
        response = client.get(reverse("feed"))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)


def titles(client: Client, language: str = "sv") -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in feed(client, language).iter(f"{ATOM}entry")]


def test_the_newest_entry_comes_first_whatever_its_kind(client: Client) -> None:
    for factory, title in ((GuideFactory, "Guide"), (UseCaseFactory, "Fall"), (ArticleFactory, "Artikel")):
        factory(title=title)
    assert titles(client) == ["Artikel", "Fall", "Guide"]


def test_each_language_has_its_feed(client: Client) -> None:
    translated(GuideFactory(title="Börja här"), title="Begin here")
    assert titles(client) == ["Börja här"]
    assert titles(client, "en") == ["Begin here"]


def test_an_entry_links_to_its_page_and_keeps_its_id_when_the_page_moves(client: Client) -> None:
    page = GuideFactory(title="Börja här", summary="Vad du vinner.")
    (entry,) = feed(client).iter(f"{ATOM}entry")
    link, name = entry.find(f"{ATOM}link"), entry.findtext(f"{ATOM}id")
    assert link is not None
    assert link.get("href", "").endswith(page.url)
    assert entry.findtext(f"{ATOM}summary") == "Vad du vinner."
    assert entry.findtext(f"{ATOM}updated")
    page.slug = "borja-nu"
    page.save_revision().publish()
    assert feed(client).findtext(f"{ATOM}entry/{ATOM}id") == name


def test_drafts_and_restricted_pages_are_never_in_the_feed_whoever_reads_it(client: Client) -> None:
    GuideFactory(title="Utkast", live=False)
    page = GuideFactory(title="För medlemmar")
    show_to(page.work, frozenset({MEMBERS}))
    client.force_login(MemberFactory(is_staff=True))
    assert titles(client) == []


def test_an_unpublished_page_is_gone_with_the_next_request(client: Client) -> None:
    page = GuideFactory(title="Börja här")
    assert titles(client) == ["Börja här"]
    page.unpublish()
    assert titles(client) == []


def test_the_feed_contains_thirty_entries_with_a_constant_number_of_queries(client: Client) -> None:
    counted = []
    for _ in range(2):
        for _ in range(SHOWN // 2 + 3):
            ArticleFactory()
        titles(client)
        with CaptureQueriesContext(connection) as queries:
            shown = titles(client)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert len(shown) == SHOWN


def test_pages_link_to_the_feed_of_their_language(client: Client) -> None:
    for language in ("sv", "en"):
        with translation.override(language):
            home, address = reverse("home"), reverse("feed")
        assert f'href="{address}"' in client.get(home).content.decode()


def test_a_feed_is_valid_with_any_stored_title(client: Client) -> None:
    page = UseCaseFactory()
    KnowledgePage.objects.filter(pk=page.pk).update(title="Läck\x0bsökning\x1f i \ufffenätet")
    assert titles(client) == ["Läck\nsökning i nätet"]

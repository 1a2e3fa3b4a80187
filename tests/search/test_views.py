"""The search page and the template tags for other pages: what they show and hide, and the number of queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxDetails
from pytest_django import DjangoAssertNumQueries

from core.audience import ANONYMOUS, MEMBERS, Viewer
from search import permission_filter
from search.beside import partners, similar
from search.database.backend import DatabaseBackend
from tests.factories import OrganisationFactory
from tests.search.records import record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("embedded", "with_rows_behind")]

ODD = [
    "%00",
    "%ED%A0%80",
    "'",
    '"*/',
    "x" * 5_000,
    "%F0%9F%99%82",
    "page=-1",
    "a&page=999999999",
    "a&kind=%27&sort=up",
]


@pytest.fixture
def with_rows_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each record had its row. `test_permission_filter` tests records without rows."""
    monkeypatch.setattr(permission_filter, "seen_now", lambda shown, viewer: set(shown))


def page(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/en/search/?{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_hits_counts_choices_and_links_to_remove_them(
    client: Client, embedded: DatabaseBackend
) -> None:
    embedded.write(
        [
            record("Chatbot <b>of a town</b>", language="en", stage="pilot", urls={"en": "/en/projects/1/"}),
            record("Chattbot i skolan", stage="in_use"),
            record("Chatbot for members", language="en", audience=frozenset({MEMBERS})),
        ]
    )
    html = page(client, "q=chatbot")
    assert "2 results for <strong>chatbot</strong>" in html
    assert "<mark>Chatbot</mark> &lt;b&gt;of a town&lt;/b&gt;" in html
    assert '<a href="/en/projects/1/">' in html
    assert 'lang="sv"' in html, "a hit in the other language did not say so"
    assert "Chatbot for members" not in html
    narrowed = page(client, "q=chatbot&stage=pilot")
    assert "1 result for" in narrowed
    assert 'href="?q=chatbot"' in narrowed, "a choice could not be taken back"
    assert "i skolan" not in narrowed


def test_an_empty_result_offers_links(client: Client) -> None:
    html = page(client, "q=qwertyuiop")
    assert "Nothing found" in html
    assert 'href="?kind=use_case"' in html


@pytest.mark.parametrize("query", ODD)
def test_every_address_gets_an_answer(client: Client, embedded: DatabaseBackend, query: str) -> None:
    embedded.write([record("Chattbot")])
    page(client, f"q={query}")
    assert client.get(f"/en/search/suggestions/?q={query}").status_code in (200, 404)


def test_htmx_gets_only_the_results(client: Client, embedded: DatabaseBackend) -> None:
    embedded.write([record("Chattbot i skolan")])
    whole, part = page(client, "q=chattbot"), page(client, "q=chattbot", **{"HX-Request": "true"})
    assert "<html" in whole
    assert part.lstrip().startswith('<div id="found"')
    assert part.strip() in whole


def test_the_number_of_queries_of_the_page_is_constant(
    client: Client, embedded: DatabaseBackend, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(number: int) -> None:
        embedded.write(
            record(f"Sensor {n}", areas=("05",), country="SE", stage="pilot") for n in range(number)
        )

    for number in (2, 40):
        fill(number)
        with django_assert_max_num_queries(15):
            page(client, "q=sensor&stage=pilot&country=SE")


def shown(view: Callable[..., HttpResponse], pk: int, viewer: Viewer = ANONYMOUS) -> str:
    """Return the fragment that is shown beside a project's page."""
    request = RequestFactory().get("/", headers={"hx-request": "true"})
    request.viewer, request.htmx = viewer, HtmxDetails(request)
    return view(request, "project", pk).text


def test_a_page_links_to_the_fragment_that_the_browser_loads_later() -> None:
    """So the page waits for no search, and no change of the index invalidates it."""
    source = '{% load search %}{% similar_to "project" 7 %}{% partners_for "project" 7 %}'
    html = Template(source).render(Context())
    for name in ("similar", "partners"):
        address = reverse(f"search:{name}", args=["project", 7])
        assert f'hx-get="{address}"' in html
        assert f'<a href="{address}">' in html


def test_without_javascript_the_fragment_is_a_page(client: Client, embedded: DatabaseBackend) -> None:
    subject = record("Upptäcka läckor i rör", body="Sensorer lyssnar.")
    alike = record("Läckor hörs i rören", body="Sensorer.", urls={"sv": "/projekt/9/"})
    embedded.write([subject, alike, *(record(f"Snö {n}", body="väder") for n in range(6))])
    html = client.get(reverse("search:similar", args=["project", subject.id])).text
    assert '<html lang="sv">' in html
    assert 'href="/projekt/9/"' in html
    nothing = client.get(reverse("search:partners", args=["project", 999_999])).text
    assert "Inget hittades." in nothing


def test_partners_are_named_with_reasons_in_words(embedded: DatabaseBackend) -> None:
    subject = record("Telefon", organisation_id=1, seeks="taligenkänning")
    theirs = record(
        "Dialekter", organisation_id=2, organisation_name="Tal & Text", offers="taligenkänning <i>fritt</i>"
    )
    hidden = record("Hemligt", organisation_id=3, offers="taligenkänning", audience=frozenset({MEMBERS}))
    embedded.write([subject, theirs, hidden, *(record(f"Snö {n}", body="väder") for n in range(6))])
    html = shown(partners, subject.id)
    assert "Därför:" in html or "Because:" in html
    assert "<strong>taligenkänning</strong>" in html
    assert "<strong>taligenkänning</strong> &lt;i&gt;fritt&lt;/i&gt;" in html
    assert "Tal &amp; Text" in html
    assert "Hemligt" not in html
    assert shown(partners, 999_999).strip() == ""


def test_a_few_partners_are_shown_open_and_those_without_a_reason_are_hidden(
    embedded: DatabaseBackend,
) -> None:
    subject = record("Telefon", organisation_id=1, organisation_name="Vi", seeks="taligenkänning")
    theirs = [
        record(f"Dialekt {n}", organisation_id=n, organisation_name=f"Ort {n}", offers="taligenkänning")
        for n in range(2, 6)
    ]
    vague = record("Dela", organisation_id=9, organisation_name="Vagheten", offers="dela erfarenhet")
    embedded.write([subject, *theirs, vague, *(record(f"Snö {n}", body="väder") for n in range(20))])
    html = shown(partners, subject.id)
    openly, _, folded = html.partition("<details")
    assert openly.count('class="because"') == 3
    assert folded.count('class="because"') == 1
    assert "Vagheten" not in html
    assert '#thread"' in html


def test_similar_projects_are_shown_beside_a_page_without_the_page_itself(embedded: DatabaseBackend) -> None:
    subject = record("Upptäcka läckor i rör", body="Sensorer lyssnar.")
    alike = record("Läckor hörs i rören", body="Sensorer.", urls={"sv": "/projekt/9/"})
    embedded.write([subject, alike, *(record(f"Snö {n}", body="väder") for n in range(6))])
    html = shown(similar, subject.id)
    assert 'href="/projekt/9/"' in html
    assert "Upptäcka läckor i rör" not in html


def test_a_partners_name_links_to_the_organisation_and_the_title_to_the_project(
    embedded: DatabaseBackend,
) -> None:
    partner = OrganisationFactory(name="Tal och text")
    subject = record("Telefon", organisation_id=partner.pk + 1, seeks="taligenkänning")
    theirs = record(
        "Dialekter",
        organisation_id=partner.pk,
        organisation_name=partner.name,
        offers="taligenkänning",
        urls={"sv": "/projekt/9/"},
    )
    embedded.write([subject, theirs, *(record(f"Snö {n}", body="väder") for n in range(6))])
    html = shown(partners, subject.id)
    assert f'<a href="{partner.get_absolute_url()}">Tal och text</a>' in html
    assert '<a href="/projekt/9/">Dialekter</a>' in html
    assert 'href="/projekt/9/#thread"' in html


def test_a_partner_found_only_by_its_own_page_has_no_link_to_a_conversation(
    embedded: DatabaseBackend,
) -> None:
    partner = OrganisationFactory(name="Tal och text")
    subject = record("Telefon", organisation_id=partner.pk + 1, seeks="taligenkänning")
    theirs = record(
        partner.name,
        kind="organisation",
        organisation_id=partner.pk,
        organisation_name=partner.name,
        offers="taligenkänning",
        urls={"sv": partner.get_absolute_url()},
    )
    embedded.write([subject, theirs, *(record(f"Snö {n}", body="väder") for n in range(6))])
    html = shown(partners, subject.id)
    assert f'<a href="{partner.get_absolute_url()}">Tal och text</a>' in html
    assert "#thread" not in html


def alike(client: Client, title: str) -> str:
    answer = client.get("/sok/liknande/", {"title": title})
    assert answer.status_code == 200
    return answer.content.decode()


def test_up_to_three_similar_titles_are_shown_while_a_title_is_typed(
    client: Client, embedded: DatabaseBackend
) -> None:
    embedded.write(
        [
            *(record(f"Svara på frågor om avfall {n}", urls={"sv": f"/projekt/{n}/"}) for n in range(5)),
            record("Hemlig sortering av avfall", audience=frozenset({MEMBERS})),
            record("Måla broar", body="Avfall nämns bara här."),
            record("Avfall i en guide", kind="guide"),
        ]
    )
    html = alike(client, "Svara om avfall")
    assert "Liknar det något av de här?" in html
    assert html.count("<li>") == 3
    assert html.count('target="_blank"') == 3
    assert "<html" not in html
    for hidden in ("Hemlig", "Måla broar", "guide"):
        assert hidden not in alike(client, "avfall") + html
    for nothing in ("", "och", "!!!", "<script>", "Rymdteleskop"):
        assert alike(client, nothing).strip() == ""


def test_similar_titles_take_few_queries_however_many_exist(
    client: Client, embedded: DatabaseBackend, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (2, 40):
        embedded.write(record(f"Sensor {n}") for n in range(number))
        with django_assert_max_num_queries(7):
            alike(client, "Sensor")


@pytest.mark.parametrize("title", ODD)
def test_every_title_gets_an_answer(client: Client, embedded: DatabaseBackend, title: str) -> None:
    assert client.get(f"/sok/liknande/?title={title}").status_code == 200

"""Lists with filters and orders, and the pages of areas and technologies."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.organisations.models import Organisation
from community.projects.models import Project
from core.audience import MEMBERS
from knowledge.models import Area, Place, SectionPage, Technology
from tests.factories import (
    GuideFactory,
    OrganisationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
    UseCaseFactory,
)
from tests.support.subjects import show_to

pytestmark = pytest.mark.django_db

TITLE = re.compile(r'class="(?:hit|card)-title"[^>]*><a[^>]*>([^<]+)<')
ODD = [
    "area=%00",
    "area=" + "9" * 5000,
    "stage=up&sort=down&letter=AB",
    "page=x&letter=%F0%9F%99%82",
    "place='--",
    "q=%00",
]


def titles(client: Client, address: str, query: str = "") -> list[str]:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code == 200, query
    return TITLE.findall(answer.content.decode())


def for_members(project: Project) -> None:
    """Make the project visible to members only."""
    show_to(project, frozenset({MEMBERS}))


def area(code: str) -> Area:
    return Area.objects.get(code=code)


def section(kind: str) -> str:
    return str(SectionPage.objects.get(lists=kind, locale__language_code="sv").url)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Skolan", "Vården", "Vägen"}),
        ("area=09", {"Skolan"}),
        ("area=09&area=07", {"Skolan", "Vården"}),
        ("technology=ai", {"Skolan", "Vården"}),
        ("technology=speech", {"Vården"}),
        ("area=09&technology=speech", set()),
        ("stage=pilot", {"Vägen"}),
        ("place=14", {"Skolan"}),
        ("organisation_kind=region", {"Vården"}),
        ("area=99&stage=nowhere&place=zz", {"Skolan", "Vården", "Vägen"}),
    ],
)
def test_projects_are_filtered_by_a_term_and_the_terms_below_it(
    client: Client, query: str, found: set[str]
) -> None:
    ai, speech = (Technology.objects.get(code=code) for code in ("ai", "speech"))
    ProjectFactory(
        title="Skolan",
        stage="in_use",
        areas=[area("09.1"), area("09.2")],
        technologies=[ai],
        place=Place.objects.get(code="1480"),
    )
    ProjectFactory(
        title="Vården",
        stage="in_use",
        areas=[area("07")],
        technologies=[speech],
        organisation=OrganisationFactory(kind="region"),
    )
    ProjectFactory(title="Vägen", stage="pilot")
    ReferenceFactory(title="Inventerad", areas=[area("09")])
    assert sorted(titles(client, reverse("projects:list"), query)) == sorted(found)


def test_use_cases_are_filtered_and_sorted(client: Client) -> None:
    UseCaseFactory(title="Åka buss", areas=[area("09.1")], stage="pilot", last_confirmed="2026-01-01")
    UseCaseFactory(title="Zon", areas=[area("09")], last_confirmed="2026-03-01")
    UseCaseFactory(title="Ärenden", areas=[area("07")])
    UseCaseFactory(title="Utkast", areas=[area("09")], live=False)
    use_cases = section("use_case")
    assert titles(client, use_cases) == ["Ärenden", "Zon", "Åka buss"]
    assert titles(client, use_cases, "sort=name") == ["Zon", "Åka buss", "Ärenden"]
    assert titles(client, use_cases, "area=09&sort=confirmed") == ["Zon", "Åka buss"]
    assert titles(client, use_cases, "stage=pilot") == ["Åka buss"]


def test_guides_are_filtered_by_area_and_technology(client: Client) -> None:
    GuideFactory(title="Tal", technologies=[Technology.objects.get(code="speech")])
    GuideFactory(title="Skola", areas=[area("09.1")])
    assert titles(client, section("guide"), "technology=ai") == ["Tal"]
    assert titles(client, section("guide"), "area=09") == ["Skola"]


def test_organisations_are_filtered_by_kind_place_initial_and_statement(client: Client) -> None:
    Organisation.objects.exclude(name__startswith="Ö").delete()
    hidden = OrganisationFactory(name="Östan", kind="region", audience=frozenset({MEMBERS}))
    school = OrganisationFactory(name="ödla", kind="company")
    statement = StatementFactory(organisation=school)
    statement.areas.add(area("09.1"))
    statement.save()
    clinic = OrganisationFactory(name="Övik", kind="region", claimed_at=timezone.now())
    ProjectFactory(organisation=clinic, areas=[area("07")])
    secret = OrganisationFactory(name="Öken", kind="company")
    for_members(ProjectFactory(organisation=secret, areas=[area("09")]))
    organisations = reverse("organisations:list")
    assert titles(client, organisations, "kind=region") == ["Övik"]
    assert titles(client, organisations, "area=09") == ["ödla"]
    assert titles(client, organisations, "area=07") == ["Övik"]
    assert "ödla" in titles(client, organisations, "letter=%C3%96")
    assert titles(client, organisations, "letter=O") == []
    by_name = titles(client, organisations, "letter=%C3%96&kind=region&kind=company")
    assert by_name == ["ödla", "Öken", "Övik"]
    assert titles(client, organisations)[0] == "Övik", "those that take part come first"
    assert hidden.name not in str(client.get(organisations).content.decode())


@pytest.mark.parametrize("query", ODD)
def test_every_query_string_gets_an_answer(client: Client, query: str) -> None:
    for address in (reverse("projects:list"), reverse("organisations:list"), section("use_case")):
        assert client.get(f"{address}?{query}").status_code == 200


def test_pagination_keeps_the_filters_and_chips_remove_them(client: Client) -> None:
    for number in range(21):
        ProjectFactory(title=f"Skola {number}", areas=[area("09")], stage="pilot")
    html = client.get(f"{reverse('projects:list')}?area=09&stage=pilot&sort=name").content.decode()
    assert 'href="?area=09&amp;stage=pilot&amp;sort=name&amp;page=2"' in html
    assert 'href="?stage=pilot&amp;sort=name"' in html, "the area's chip"
    assert 'href="?sort=name"' in html, "all of them"
    assert '<input type="hidden" name="sort" value="name">' in html


def test_a_filtered_list_is_never_served_from_the_cached_page(client: Client) -> None:
    ProjectFactory(title="Skola", areas=[area("09")])
    ProjectFactory(title="Annat")
    projects = reverse("projects:list")
    for _ in range(2):
        assert len(TITLE.findall(client.get(projects).content.decode())) == 2
    assert titles(client, projects, "area=09") == ["Skola"]


def test_suggestions_contain_only_organisations_that_the_viewer_may_see(client: Client) -> None:
    OrganisationFactory(name="Lyktans vänner")
    OrganisationFactory(name="Lyktans hemliga", audience=frozenset({MEMBERS}))
    html = client.get(reverse("organisations:suggestions"), {"q": "lykt"}).content.decode()
    assert "Lyktans vänner" in html
    assert "hemliga" not in html
    assert client.get(reverse("organisations:suggestions"), {"q": " "}).content.strip() == b""


def test_an_area_has_a_page_that_begins_with_use_cases(client: Client) -> None:
    UseCaseFactory(title="Läsa högt", areas=[area("09.1")])
    UseCaseFactory(title="Laga hål", areas=[area("04")])
    project = ProjectFactory(title="Räkna rätt", areas=[area("09")])
    for_members(ProjectFactory(title="Hemligt", areas=[area("09")]))
    GuideFactory(title="Skriva tydligt", areas=[area("09")])
    answer = client.get("/omraden/09-utbildning/")
    html = answer.content.decode()
    assert "<title>Utbildning · Samverka</title>" in html
    assert TITLE.findall(html)[:3] == ["Läsa högt", "Räkna rätt", "Skriva tydligt"]
    assert project.organisation.name in TITLE.findall(html)
    assert "Laga hål" not in html
    assert "Hemligt" not in html
    assert area("09.1").get_absolute_url() in html, "what is narrower"
    assert f'hreflang="en" href="{settings.WAGTAILADMIN_BASE_URL}/en/areas/09-education/"' in html
    narrower = client.get(area("09.1").get_absolute_url()).content.decode()
    assert 'href="/omraden/09-utbildning/"' in narrower, "what is broader"
    assert "Räkna rätt" not in TITLE.findall(narrower)


@pytest.mark.parametrize(
    ("address", "status", "leads_to"),
    [
        ("/omraden/09-annat-ord/", 301, "/omraden/09-utbildning/"),
        ("/en/areas/09-utbildning/", 301, "/en/areas/09-education/"),
        ("/en/areas/09-education/", 200, ""),
        ("/teknik/chatbot/", 200, ""),
        ("/omraden/99-finns-inte/", 404, ""),
        ("/teknik/finns-inte/", 404, ""),
    ],
)
def test_the_address_of_a_term_contains_its_name(
    client: Client, address: str, status: int, leads_to: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.get("Location", "")) == (status, leads_to)


def test_the_sitemap_contains_areas_that_have_public_subjects(client: Client) -> None:
    ProjectFactory(areas=[area("09.1")])
    for_members(ProjectFactory(areas=[area("07")]))
    xml = client.get("/sitemap-areas-1.xml").content.decode()
    assert area("09.1").get_absolute_url() in xml
    assert "/omraden/09-utbildning/" in xml
    assert "/en/areas/09-education/" in xml
    assert "/omraden/07-" not in xml

"""Lists of pages: new sections, and pages that exist in one language only."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from wagtail.models import Locale

from config.seeding import seed
from knowledge import checks
from knowledge.models import GuidePage, HomePage, SectionPage, Technology, UseCasePage
from search.permission_filter import seen_now
from tests.factories import ArticleFactory, GuideFactory, UseCaseFactory, translated

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

LISTS = pytest.mark.parametrize(
    ("factory", "english", "swedish"),
    [
        (GuideFactory, "/en/guides/", "/guider/"),
        (ArticleFactory, "/en/articles/", "/artiklar/"),
        (UseCaseFactory, "/en/use-cases/", "/anvandningsfall/"),
    ],
    ids=["guide", "article", "use case"],
)


def listed(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


@LISTS
def test_a_section_shows_and_marks_pages_that_exist_only_in_the_other_language(
    client: Client, factory: type, english: str, swedish: str
) -> None:
    page = factory(title="Fråga först")
    html = listed(client, english)
    assert page.url in html
    assert "In Swedish" in html
    assert re.search(r'<(?:article|h2)[^>]* lang="sv"', html)
    at_home = listed(client, swedish)
    assert page.url in at_home
    assert 'lang="sv"' not in at_home, "at home it needs no mark"


@LISTS
def test_a_translated_page_occurs_once_in_each_list(
    client: Client, factory: type, english: str, swedish: str
) -> None:
    page = factory(title="Fråga först")
    other = translated(page, title="Ask first", slug="ask-first")
    for address, shown, hidden in ((english, other, page), (swedish, page, other)):
        html = listed(client, address)
        assert f'href="{shown.url}"' in html
        assert f'href="{hidden.url}"' not in html


@LISTS
def test_a_draft_in_the_other_language_is_in_no_list(
    client: Client, factory: type, english: str, swedish: str
) -> None:
    factory(title="Inte än", live=False)
    for address in (english, swedish):
        assert "Inte än" not in listed(client, address)


def test_the_home_page_shows_and_marks_them_too(client: Client) -> None:
    page = GuideFactory(title="Fråga först")
    html = listed(client, "/en/")
    assert page.url in html
    assert "In Swedish" in html


def test_a_new_section_is_created_on_an_older_site(client: Client) -> None:
    for section in SectionPage.objects.filter(lists="guide"):
        section.delete()
    pages = SectionPage.objects.count()
    seed(sender=None)
    assert SectionPage.objects.count() == pages + 2
    for address in ("/guider/", "/en/guides/"):
        assert client.get(address).status_code == 200
    swedish, english = SectionPage.objects.filter(lists="guide").order_by("path")
    assert swedish.translation_key == english.translation_key
    seed(sender=None)
    assert SectionPage.objects.count() == pages + 2


def test_a_section_unpublished_by_editors_stays_unpublished_and_keeps_its_address(client: Client) -> None:
    SectionPage.objects.get(slug="guider").unpublish()
    seed(sender=None)
    assert client.get("/guider/").status_code == 404
    for section in SectionPage.objects.filter(lists="article"):
        section.delete()
    home = HomePage.objects.get(locale__language_code="sv")
    taken = SectionPage(title="Artiklar", slug="artiklar", lists="guide", locale=home.locale)
    home.add_child(instance=taken)
    seed(sender=None)
    assert SectionPage.objects.get(lists="article", locale=home.locale).slug == "artiklar-1"


def test_the_system_check_names_a_page_kind_that_a_list_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.every_kind_of_page_is_declared_whole(None) == []
    monkeypatch.setattr(GuidePage, "kind", "handbook")
    monkeypatch.setattr(GuidePage, "template", "knowledge/nowhere.html")
    monkeypatch.setattr(SectionPage, "allowed_subpage_models", list)
    found = {error.msg for error in checks.every_kind_of_page_is_declared_whole(None)}
    assert {message for message in found if "handbook" in message} == {
        f"The kind of page “handbook” has no {what}."
        for what in ("kind of record", "section", "place below a section", "template")
    }


def test_a_search_result_of_an_unknown_kind_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown:
        kind, id, language = "handbook", 1, "sv"

    assert seen_now([Unknown()], frozenset({"public"})) == set()


@pytest.mark.parametrize(
    ("model", "fields"),
    [(GuidePage, {}), (UseCasePage, {"stage": "idea"})],
    ids=["guide", "use case"],
)
def test_an_unsaved_page_can_be_previewed(model: type, fields: dict[str, str]) -> None:
    page = model(title="Börja här", summary="…", locale=Locale.objects.get(language_code="sv"), **fields)
    shown = page.make_preview_request()
    assert shown.status_code == 200
    assert "Börja här" in shown.text
    assert 'id="thread"' not in shown.text


def test_technologies_are_in_alphabetical_order_of_the_readers_language(client: Client) -> None:
    labels = {
        "sv": ("Ärendehantering", "Zon", "Ånga", "Översättning"),
        "en": ("Case", "Zone", "Steam", "Art"),
    }
    made = [
        Technology.objects.create(code=f"t{n}", label_sv=swedish, label_en=english)
        for n, (swedish, english) in enumerate(zip(labels["sv"], labels["en"], strict=True))
    ]
    page = UseCaseFactory(technologies=made)
    other = translated(page, slug="other")
    for address, words in (
        (page.url, ("Zon", "Ånga", "Ärendehantering", "Översättning")),
        (other.url, ("Art", "Case", "Steam", "Zone")),
    ):
        html = client.get(address).text
        tags = html.partition('<ul class="tags">')[2].partition("</ul>")[0]
        places = [tags.index(f"{word}<") for word in words]
        assert places == sorted(places)


@LISTS
@pytest.mark.parametrize("count", [1, 2])
def test_counted_things_are_called_by_their_name(
    client: Client, factory: type, english: str, swedish: str, count: int
) -> None:
    for number in range(count):
        translated(factory(title=f"Fråga {number}"), slug=f"ask-{number}")
    names = {
        "/guider/": ("guide", "guider"),
        "/artiklar/": ("artikel", "artiklar"),
        "/anvandningsfall/": ("användningsfall", "användningsfall"),
        "/en/guides/": ("guide", "guides"),
        "/en/articles/": ("article", "articles"),
        "/en/use-cases/": ("use case", "use cases"),
    }
    for address in (english, swedish):
        html = listed(client, address)
        name = names[address][count - 1]
        assert re.search(rf"data-count[^>]*>{count} {name}</p>", html)
        assert re.search(rf">(Visa|Show) {count} {name}</button>", html)

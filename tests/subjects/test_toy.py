"""A kind of subject that is declared in one file and one template has every feature of a subject."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from community.discussions.models import Thread
from community.discussions.services import post_message, thread_of
from community.notifications import services as notifications
from core.audience import PUBLIC
from search.database.backend import DatabaseBackend
from search.sources import source_named
from subjects.models import Subject, Visibility
from subjects.services import set_visibility
from tests.factories import MemberFactory, OrganisationFactory, ParticipationFactory
from tests.subjects.making import make_toy
from tests.subjects.toy.models import Toy
from tests.support.notices import notices_of, run_notices, sentences
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


@pytest.fixture(autouse=True)
def _embedded_search(settings: Settings) -> None:
    """Elasticsearch finds a written record a moment later (`tests/search/elastic/test_declared_kind.py`)."""
    settings.SEARCH_BACKENDS = ["search.database.backend.DatabaseBackend"]


@pytest.fixture
def toy() -> Toy:
    return make_toy()


def html(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def found(client: Client, **query: str) -> list[str]:
    """Return the titles of the hits on the search page, without markup."""
    cards = client.get(reverse("search:search"), query).context["cards"]
    return [re.sub("<.*?>", "", card.title) for card in cards]


def signed_in() -> Client:
    client = Client()
    client.force_login(MemberFactory())
    return client


def test_a_toy_has_a_conversation(client: Client, toy: Toy) -> None:
    post_message(thread=thread_of(toy), actor=MemberFactory(), text="May we borrow it?")
    page = html(client, toy.get_absolute_url())
    assert 'id="thread"' in page
    assert "May we borrow it?" in page


def test_the_author_and_those_who_post_get_notices_until_they_mute_the_toy(toy: Toy) -> None:
    other, third = MemberFactory(), MemberFactory()
    post = post_message(thread=thread_of(toy), actor=other, text="May we borrow it?")
    run_notices()
    assert sentences(toy.author) == [f"{other.name} wrote in “Painted locomotive”"]
    assert notices_of(toy.author)[0].url == f"{toy.get_absolute_url()}#post-{post.number}"
    post_message(thread=thread_of(toy), actor=third, text="And we?")
    run_notices()
    assert sentences(other) == [f"{third.name} wrote in “Painted locomotive”"]
    for member in (toy.author, other):
        notifications.mute(member_id=member.pk, subject=toy.subject)
    post_message(thread=thread_of(toy), actor=third, text="Please.")
    run_notices()
    assert [notice.is_unseen for member in (toy.author, other) for notice in notices_of(member)] == [
        False,
        False,
    ]


def test_a_toy_is_found_filtered_and_sorted(client: Client, toy: Toy) -> None:
    other = make_toy("Painted trumpet", "tin", day=2)
    run_due_tasks("index")
    assert set(found(client, q="painted")) == {toy.name, other.name}
    page = html(client, reverse("search:search"), q="painted")
    for label in ("Toys", "Material", "Wood", "Tin", "Lent soonest", 'data-facet="material"'):
        assert label in page
    assert found(client, material="tin") == [other.name]
    assert found(client, kind="toy", sort="soonest") == [toy.name, other.name]
    assert "Painted trumpet" in html(client, reverse("search:suggest"), q="trump")
    other.name = "Painted drum"
    other.save()
    run_due_tasks("index")
    assert found(client, q="painted", material="tin") == ["Painted drum"]
    other.delete()
    run_due_tasks("index")
    assert found(client, q="painted") == [toy.name]


def test_organisations_take_part_in_a_toy_and_it_is_found_by_their_names(client: Client, toy: Toy) -> None:
    organisation = OrganisationFactory(name="Northern museum")
    ParticipationFactory(subject=toy.subject, organisation=organisation)
    run_due_tasks("index")
    assert toy.name in found(client, q="northern")
    organisation.name = "Southern museum"
    organisation.save()
    run_due_tasks("index")
    assert toy.name in found(client, q="southern")
    assert toy.name not in found(client, q="northern")


def shown(client: Client, toy: Toy) -> dict[str, bool]:
    """Return on which surfaces a reader sees the toy."""
    path = toy.get_absolute_url()
    thread = reverse("discussions:thread", args=[thread_of(toy).pk])
    api = client.get("/api/v1/toys").json()
    return {
        "page": client.get(path).status_code == 200,
        "thread": client.get(thread).status_code == 200,
        "search": toy.name in found(client, q="locomotive"),
        "suggestions": toy.name in html(client, reverse("search:suggest"), q="locom"),
        "api": [row["name"] for row in api["items"]] == [toy.name],
        "sitemap": path in html(client, reverse("sitemap_part", args=["toys", 1])),
        "feed": toy.name in html(client, reverse("feed")),
    }


def test_the_visibility_of_a_toy_applies_on_every_surface(client: Client, toy: Toy) -> None:
    run_due_tasks("index")
    assert set(shown(client, toy).values()) == {True}
    assert "sitemap-toys-1.xml" in html(client, reverse("sitemap"))
    set_visibility(instance=toy, visibility=Visibility.MEMBERS)
    assert set(shown(client, toy).values()) == {False}
    run_due_tasks("index")
    for_members = shown(signed_in(), toy)
    assert {place for place, is_shown in for_members.items() if not is_shown} == {"sitemap", "feed"}
    set_visibility(instance=toy, visibility=Visibility.PUBLIC)
    run_due_tasks("index")
    assert set(shown(client, toy).values()) == {True}


def test_the_rows_of_a_toy_are_deleted_with_it(toy: Toy) -> None:
    post_message(thread=thread_of(toy), actor=MemberFactory(), text="May we borrow it?")
    run_due_tasks()
    author, subject_id, pk = toy.author, toy.subject_id, toy.pk
    assert source_named("toy").records([pk])[0].audience == {PUBLIC}
    toy.delete()
    run_due_tasks()
    assert not Subject.objects.filter(pk=subject_id).exists()
    assert not Thread.objects.filter(subject=subject_id).exists()
    assert notices_of(author) == []
    assert DatabaseBackend().ids("toy") == set()


def test_no_other_module_knows_the_toy() -> None:
    """Only the settings of the tests name the package."""
    packages = ("core", "subjects", "knowledge", "community", "search", "site", "templates")
    files: list[Any] = [path for name in packages for path in (ROOT / name).rglob("*.*")]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in {".py", ".html"}}
    naming = [path for path, text in texts.items() if re.search(r"\btoys?\b", text, re.IGNORECASE)]
    assert naming == [ROOT / "site/config/settings/test.py"]

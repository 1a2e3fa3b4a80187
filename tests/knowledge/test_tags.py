"""Quotation marks hold a tag together. A tag of punctuation only is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.projects.models import Project
from knowledge.forms import TagsField
from knowledge.models import ArticlePage, Tag
from knowledge.tags import join_tags, parse_tags
from tests.factories import ArticleFactory, MembershipFactory
from tests.support.cases import read_case
from tests.support.inventories import Inventory, record

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("AI, vatten", ["AI", "vatten"]),
        ("offentlig upphandling", ["offentlig upphandling"]),
        ('"vatten, avlopp", luft', ["vatten, avlopp", "luft"]),
        ("”vatten, avlopp”, luft", ["vatten, avlopp", "luft"]),
        ('vatten, "avlopp', ["vatten", "avlopp"]),
        ('a "b, c" d', ["a b, c d"]),
        ("ai, AI, Ai", ["ai"]),
        (' ., …, "", -, #, 🤖, \u200b,,', []),
        ("C++, 5G, #tagg", ["C++", "5G", "#tagg"]),
        ("vat\u200bten", ["vatten"]),
        ("", []),
    ],
)
def test_tags_are_parsed_from_text(text: str, tags: list[str]) -> None:
    assert parse_tags(text) == tags
    assert parse_tags(join_tags(tags)) == tags


def test_a_members_tags_are_parsed_and_shown(client: Client) -> None:
    membership = MembershipFactory()
    client.force_login(membership.member)
    answers = {
        "title": "Sök",
        "stage": "pilot",
        "language": "sv",
        "organisation": membership.organisation.slug,
    }
    client.post(reverse("projects:write"), {**answers, "tags": read_case("41-tags.txt")})
    project = Project.objects.get(author=membership.member)
    assert {tag.name for tag in project.tags.all()} == {"ai", "offentlig upphandling, ai", "#tagg"}
    assert all(tag.slug for tag in project.tags.all())
    page = client.get(reverse("projects:edit", args=[project.pk])).content.decode()
    assert "&quot;offentlig upphandling, ai&quot;" in page
    shown = TagsField().prepare_value([tag.name for tag in project.tags.all()])
    assert sorted(TagsField().clean(shown)) == sorted(tag.name for tag in project.tags.all())


def test_an_editors_tags_are_parsed(admin_client: Client) -> None:
    page = ArticleFactory()
    answers = {"title": page.title, "slug": page.slug, "summary": "…", "body": "null", "action-publish": "1"}
    answers["tags"] = read_case("41-tags.txt")
    response = admin_client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), answers)
    assert response.status_code == 302, response.context["form"].errors
    page = ArticlePage.objects.get(pk=page.pk)
    assert {tag.name for tag in page.tags.all()} == {"AI", "offentlig upphandling, AI", "#tagg"}


def test_the_tags_of_an_imported_cell_are_parsed(inventory: Inventory) -> None:
    inventory.load([record(Words=read_case("41-tags.txt").strip())])
    project = Project.objects.get(provenance__source="small")
    assert {tag.name for tag in project.tags.all()} == {"AI", "offentlig upphandling, AI", "#tagg"}
    assert all(tag.slug for tag in project.tags.all())


def test_an_editor_cannot_create_a_tag_of_punctuation_only(admin_client: Client) -> None:
    add = reverse("wagtailsnippets_knowledge_tag:add")
    response = admin_client.post(add, {"name": ".", "slug": "punkt"})
    assert list(response.context["form"].errors) == ["name"]
    admin_client.post(add, {"name": "vat\u200bten", "slug": "vatten"})
    assert set(Tag.objects.values_list("name", flat=True)) == {"vatten"}

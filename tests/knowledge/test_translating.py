"""An editor translates a page: texts are translated, all other fields are copied from the original."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import Translation

from community.members.models import Member
from knowledge import checks
from knowledge.models import (
    Area,
    ArticlePage,
    GuidePage,
    HomePage,
    KnowledgePage,
    Place,
    PlainPage,
    SectionPage,
    Technology,
    Theme,
    UseCasePage,
)
from knowledge.seeding import EDITORS
from tests.factories import ArticleFactory, GuideFactory, MemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

FACTORIES = {"use_case": UseCaseFactory, "guide": GuideFactory, "article": ArticleFactory}
KINDS = pytest.mark.parametrize("kind", FACTORIES)

PAGE = {"title", "slug", "seo_title", "search_description"}
TERMS = {"editor", "last_confirmed", "tagged_items", "shared_terms"}
FIELDS: dict[type[Any], tuple[set[str], set[str]]] = {
    GuidePage: (PAGE | {"summary", "chapters"}, TERMS),
    ArticlePage: (PAGE | {"summary", "body"}, TERMS),
    UseCasePage: (
        PAGE | {"summary", "stop_reason", *UseCasePage.STORY_FIELDS, *UseCasePage.FACT_TEXTS},
        TERMS | {"stage", "place", *UseCasePage.FACT_FIELDS} - {*UseCasePage.FACT_TEXTS},
    ),
    HomePage: (PAGE | {"lead", "intro", "example_searches"}, set()),
    SectionPage: (PAGE | {"intro"}, {"lists"}),
    PlainPage: (PAGE | {"summary", "body"}, {"in_force"}),
}

FACTS = {
    "extent": "local",
    "interaction": ["citizens", "businesses"],
    "began": "2024-05",
    "months_to_first_use": 4,
    "is_govtech": True,
    "reuse_items": [
        {"kind": "code", "title": "Botten", "url": "https://example.org/", "licence": "EUPL-1.2"}
    ],
}


@pytest.fixture
def editor() -> Member:
    member = MemberFactory()
    member.groups.add(Group.objects.get(name=EDITORS))
    return member


@pytest.fixture
def translate(client: Client, editor: Member) -> Callable[[KnowledgePage], KnowledgePage]:
    """Submit “Translate this page” as the editor does in the admin. The translation is a draft."""
    client.force_login(editor)

    def submit(page: KnowledgePage) -> KnowledgePage:
        english = Locale.objects.get(language_code="en")
        address = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
        answer = client.post(address, {"locales": [english.pk]})
        assert answer.status_code == 302, answer.content
        return type(page).objects.get(translation_key=page.translation_key, locale=english)

    return submit


def synchronise(client: Client, page: KnowledgePage) -> None:
    """Submit “Sync translated pages”, as an editor does after changing the original."""
    source = Translation.objects.get(source__object_id=page.translation_key).source
    address = reverse("wagtail_localize:update_translations", args=[source.pk])
    assert client.post(address, {"publish_translations": "on"}).status_code == 302


def terms() -> dict[str, Any]:
    return {
        "areas": list(Area.objects.filter(code__in=["05", "09"])),
        "technologies": list(Technology.objects.exclude(parent=None)[:2]),
        "themes": list(Theme.objects.all()[:2]),
        "tags": ["avfall", "kundtjänst"],
    }


def carried(page: KnowledgePage) -> dict[str, Any]:
    """Return the fields that a translation copies from its original, both from the row and from the latest
    revision."""
    page = type(page).objects.get(pk=page.pk)
    version = page.get_latest_revision_as_object()
    read = [
        {
            **{name: {term.code for term in getattr(one, name).all()} for name in KnowledgePage.TERMS},
            "tags": {tag.name for tag in one.tags.all()},
            "editor": one.editor,
            "last_confirmed": one.last_confirmed,
            **({"stage": one.stage, "place": one.place, **one.facts} if isinstance(one, UseCasePage) else {}),
        }
        for one in (page, version)
    ]
    assert read[0] == read[1]
    return read[0]


@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_each_page_type_lists_its_translated_and_its_shared_fields(model: type[Any]) -> None:
    fields = get_translatable_fields(model)
    texts, shared = FIELDS[model]
    assert {field.field_name for field in fields if field.is_translated(None)} == texts
    assert {field.field_name for field in fields if not field.is_translated(None)} == shared
    assert not [field for field in fields if not field.is_translated(None) and field.overridable]


def test_the_system_check_names_a_field_in_neither_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.every_field_is_text_or_shared(None) == []
    fields = [field for field in UseCasePage.translatable_fields if field.field_name not in ("cost", "stage")]
    monkeypatch.setattr(UseCasePage, "translatable_fields", fields)
    found = [error.msg for error in checks.every_field_is_text_or_shared(None)]
    assert sorted(found) == [
        "UseCasePage.cost is neither translated nor shared.",
        "UseCasePage.stage is neither translated nor shared.",
    ]


@KINDS
def test_a_translation_has_all_shared_fields(
    kind: str, translate: Callable[..., Any], editor: Member
) -> None:
    extra = {"place": Place.objects.get(code="0180"), "facts": FACTS} if kind == "use_case" else {}
    page = FACTORIES[kind](editor=editor, last_confirmed=date(2026, 11, 3), **terms(), **extra)
    original = carried(page)
    assert original["areas"] == {"05", "09"}
    assert original["tags"] == {"avfall", "kundtjänst"}
    english = translate(page)
    assert not english.live, "it is a draft until it is translated"
    assert carried(english) == original
    assert english.work_id == page.work_id


@KINDS
def test_a_change_of_the_original_changes_the_translation(
    kind: str, translate: Callable[..., Any], client: Client
) -> None:
    page = FACTORIES[kind](**terms(), **({"facts": FACTS} if kind == "use_case" else {}))
    english = translate(page)
    page = type(page).objects.get(pk=page.pk)
    page.areas.set([Area.objects.get(code="07")])
    page.technologies.set([])
    page.themes.set([])
    page.tags.set(["skola"])
    page.last_confirmed = date(2026, 11, 4)
    if kind == "use_case":
        page.facts = {"interaction": ["government"], "is_govtech": False}
    page.save_revision().publish()
    synchronise(client, page)
    assert carried(english) == carried(page)
    assert carried(english)["technologies"] == set(), "a removed term is gone in both"


def test_a_translator_can_edit_only_the_texts(translate: Callable[..., Any], client: Client) -> None:
    page = UseCaseFactory(problem="Telefonen ringde.", **terms())
    translate(page)
    segments = Translation.objects.get().source
    assert {segment.context.path for segment in segments.stringsegment_set.all()} == {
        "title",
        "slug",
        "summary",
        "problem",
    }
    assert not segments.overridablesegment_set.exists()


@KINDS
def test_editors_see_the_translation_link_on_the_page_they_edit(
    kind: str, client: Client, editor: Member
) -> None:
    client.force_login(editor)
    page = FACTORIES[kind]()
    address = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
    assert address in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text


def test_members_without_the_editors_role_cannot_translate(client: Client) -> None:
    page = GuideFactory()
    address = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
    client.force_login(MemberFactory())
    assert client.get(address).status_code in (302, 403)
    assert GuidePage.objects.filter(translation_key=page.translation_key).count() == 1

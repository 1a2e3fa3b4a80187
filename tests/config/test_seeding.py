"""Every migrate creates the rows that an empty database needs, once, and keeps the changes of editors."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import GroupPagePermission, Locale, Page, Site, WorkflowPage

from community.audit.actions import log_action
from community.organisations.audit import MEMBER_CONFIRMED
from community.organisations.models import Organisation
from config.seeding import seed
from knowledge.models import Area, HomePage, Place, PlainPage, SectionPage, Technology, Theme
from knowledge.seeding import EDITORS

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

SEEDED = (
    Area,
    Theme,
    Technology,
    Place,
    Organisation,
    Page,
    Locale,
    Site,
    Group,
    GroupPagePermission,
    WorkflowPage,
)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in SEEDED}


def test_a_second_seeding_adds_nothing() -> None:
    before = counts()
    seed(sender=None)
    assert counts() == before


def test_seeding_keeps_the_changes_of_editors() -> None:
    Area.objects.filter(code="09").update(label_sv="Skola och utbildning")
    Organisation.objects.filter(name="Växjö kommun").update(description="Vi är med.")
    SectionPage.objects.filter(slug="guider").update(title="Våra guider")
    Group.objects.get(name=EDITORS).permissions.clear()
    seed(sender=None)
    assert Area.objects.get(code="09").label_sv == "Skola och utbildning"
    assert Organisation.objects.get(name="Växjö kommun").description == "Vi är med."
    assert SectionPage.objects.get(slug="guider").title == "Våra guider"


@pytest.mark.django_db(transaction=True)
def test_flush_is_refused_and_deletes_nothing() -> None:
    """It would delete the audit log. To start over, create a new database."""
    log_action(actor=None, action=MEMBER_CONFIRMED, subject=Organisation.objects.first())
    before = counts()
    with pytest.raises(CommandError, match="couldn't be flushed"):
        call_command("flush", interactive=False, verbosity=0)
    assert counts() == before


def test_all_municipalities_and_regions_exist_unclaimed() -> None:
    kinds = [Organisation.objects.filter(kind=kind).count() for kind in ("municipality", "region")]
    assert sum(kinds) == 311
    assert Organisation.objects.count() == 311
    assert not Organisation.objects.filter(claimed_at__isnull=False).exists()
    assert not Organisation.objects.filter(place=None).exists()


def test_habo_and_haabo_are_two_places() -> None:
    habo, haabo = Organisation.objects.get(name="Habo kommun"), Organisation.objects.get(name="Håbo kommun")
    assert habo.slug != haabo.slug
    assert (habo.place.parent.label_sv, haabo.place.parent.label_sv) == ("Jönköpings län", "Uppsala län")


def test_every_swedish_place_has_parents_up_to_the_country() -> None:
    kommuner = Place.objects.filter(kind="kommun").select_related("parent__parent")
    assert kommuner.count() == 290
    assert all([place.code for place in kommun.line()][2:] == ["SE"] for kommun in kommuner)


URLS = {
    "sv": [
        *("/", "/anvandningsfall/", "/guider/", "/artiklar/"),
        *("/om/", "/kontakt/", "/tillganglighet/", "/villkor/", "/personuppgifter/", "/kakor/"),
    ],
    "en": [
        *("/en/", "/en/use-cases/", "/en/guides/", "/en/articles/"),
        *("/en/about/", "/en/contact/", "/en/accessibility/", "/en/terms/", "/en/privacy/", "/en/cookies/"),
    ],
}


@pytest.mark.parametrize("language", URLS)
def test_the_seeded_pages_exist_in_both_languages(client: Client, language: str) -> None:
    seeded: list[Any] = [
        page
        for model in (HomePage, SectionPage, PlainPage)
        for page in model.objects.filter(locale__language_code=language).order_by("path")
    ]
    assert [page.url for page in seeded] == URLS[language]
    for url in URLS[language]:
        response = client.get(url)
        assert response.status_code == 200, url
        assert f'<html lang="{language}">' in response.content.decode()


def test_each_seeded_page_is_a_translation_of_its_counterpart() -> None:
    for swedish in Page.objects.filter(locale__language_code="sv", depth__gt=1):
        assert swedish.get_translations().count() == 1

"""A printed page shows its address, its date and who does this too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from community.participation.models import Participation
from knowledge.models import Work
from tests.factories import ArticleFactory, GuideFactory, ParticipationFactory, ProjectFactory, UseCaseFactory


def use_case() -> str:
    page = UseCaseFactory()
    ParticipationFactory(work=Work.objects.get(pk=page.work_id))
    return page.url


def project() -> str:
    made = ProjectFactory()
    ParticipationFactory(project=made)
    return made.get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_a_printed_page_shows_its_address_and_the_date(live_site: str, page: Page) -> None:
    made: dict[str, Callable[[], str]] = {
        "use case": use_case,
        "project": project,
        "guide": lambda: GuideFactory().url,
        "article": lambda: ArticleFactory().url,
    }
    for name, make in made.items():
        path = make()
        page.emulate_media(media="screen")
        page.goto(f"{live_site}{path}")
        printed = page.locator(".print-only")
        expect(printed).to_be_hidden()
        page.emulate_media(media="print")
        expect(printed).to_be_visible()
        expect(printed).to_contain_text(f"{settings.WAGTAILADMIN_BASE_URL}{path}")
        expect(printed).to_contain_text(date_format(timezone.localdate(), "j F Y"))
        expect(page.locator(".site-header, .site-footer, .thread")).to_have_count(3)
        for hidden in (".site-header", ".site-footer", ".thread"):
            expect(page.locator(hidden).first).to_be_hidden()
        if name in ("use case", "project"):
            expect(page.locator("#adopters")).to_be_visible()
            expect(
                page.get_by_text(Participation.objects.adopters().latest("pk").organisation.name)
            ).to_be_visible()

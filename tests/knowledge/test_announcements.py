"""Every kind of change of a page sends `works_changed` with the ids of its works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from knowledge.models import GuidePage, SectionPage
from knowledge.signals import WorksChanged, works_changed
from tests.factories import GuideFactory, translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Iterator[Callable[[Callable[[], object]], set[int]]]:
    """Return a function that performs an action and returns the ids of the works announced after the commit."""
    ids: set[int] = set()

    def hear(fact: WorksChanged, **kwargs: object) -> None:
        ids.update(fact.work_ids)

    def do(action: Callable[[], object]) -> set[int]:
        ids.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action()
        return set(ids)

    works_changed.connect(hear)
    yield do
    works_changed.disconnect(hear)


def test_publishing_unpublishing_and_deleting_are_announced(
    announced: Callable[[Callable[[], object]], set[int]],
) -> None:
    guide = GuideFactory(live=False)
    assert announced(lambda: guide.get_latest_revision().publish()) == {guide.work_id}
    assert announced(lambda: GuidePage.objects.get(pk=guide.pk).unpublish()) == {guide.work_id}
    assert announced(lambda: GuidePage.objects.get(pk=guide.pk).delete()) == {guide.work_id}


def test_a_new_translation_is_announced(announced: Callable[[Callable[[], object]], set[int]]) -> None:
    guide = GuideFactory()
    assert announced(lambda: translated(guide, title="A guide")) == {guide.work_id}


def test_moving_or_renaming_a_section_announces_all_pages_below(
    announced: Callable[[Callable[[], object]], set[int]],
) -> None:
    guides = [GuideFactory(), GuideFactory()]
    works = {guide.work_id for guide in guides}
    section = SectionPage.objects.get(slug="guider")

    def rename() -> None:
        section.slug = "handledning"
        section.save_revision().publish()

    assert works <= announced(rename)
    elsewhere = SectionPage.objects.get(slug="artiklar")
    assert announced(lambda: guides[0].move(elsewhere, pos="last-child")) == {guides[0].work_id}

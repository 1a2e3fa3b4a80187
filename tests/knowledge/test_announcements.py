"""Whatever way a page changes, those who index and discuss hear of its work."""

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
    """Does a action; the ids of the works that are told to have changed when it is committed."""
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


def test_publishing_unpublishing_and_deleting(announced: Callable[[Callable[[], object]], set[int]]) -> None:
    guide = GuideFactory(live=False)
    assert announced(lambda: guide.get_latest_revision().publish()) == {guide.work_id}
    assert announced(lambda: GuidePage.objects.get(pk=guide.pk).unpublish()) == {guide.work_id}
    assert announced(lambda: GuidePage.objects.get(pk=guide.pk).delete()) == {guide.work_id}


def test_a_new_translation(announced: Callable[[Callable[[], object]], set[int]]) -> None:
    guide = GuideFactory()
    assert announced(lambda: translated(guide, title="A guide")) == {guide.work_id}


def test_moving_or_renaming_a_section_tells_of_all_below(
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

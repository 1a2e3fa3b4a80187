"""A work stands for all languages of a page. Its audience follows every change of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import Page

from core.audience import ANONYMOUS, EDITORS, PUBLIC, STAFF, member_token
from knowledge.models import KnowledgePage, SectionPage, Work
from knowledge.signals import WorksChanged, works_changed
from tests.factories import ArticleFactory, GuideFactory, MemberFactory, UseCaseFactory, translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Collect the ids of the works announced as changed."""
    ids: list[int] = []

    def hear(fact: WorksChanged, **kwargs: object) -> None:
        ids.extend(fact.work_ids)

    works_changed.connect(hear)
    yield ids
    works_changed.disconnect(hear)


def audience_of(page: KnowledgePage) -> frozenset[str]:
    return Work.objects.get(pk=page.work_id).audience


def test_translations_share_a_work_and_other_pages_have_their_own() -> None:
    guide, other = GuideFactory(), GuideFactory()
    english = translated(guide, title="A guide")
    assert english.work_id == guide.work_id
    assert other.work_id != guide.work_id
    assert Work.objects.get(pk=guide.work_id).kind == "guide"


def test_a_copy_has_its_own_work() -> None:
    guide = GuideFactory()
    copy = guide.copy(update_attrs={"slug": "en-kopia"})
    assert copy.specific.work_id != guide.work_id


def test_a_work_shows_the_page_in_the_readers_language() -> None:
    guide = GuideFactory(title="En guide")
    translated(guide, title="A guide")
    with translation.override("en"):
        assert str(Work.objects.get(pk=guide.work_id)) == "A guide"
    with translation.override("sv"):
        assert str(Work.objects.get(pk=guide.work_id)) == "En guide"


def test_a_draft_is_visible_to_its_author_and_staff() -> None:
    author = MemberFactory()
    page = UseCaseFactory(live=False, owner=author)
    assert audience_of(page) == {STAFF, EDITORS, member_token(author.pk)}
    assert not Work.objects.visible_to(ANONYMOUS).filter(pk=page.work_id).exists()


def test_publishing_makes_the_work_public_and_unpublishing_reverts_it() -> None:
    page = UseCaseFactory(live=False)
    page.get_latest_revision().publish()
    assert audience_of(page) == {PUBLIC}
    page.refresh_from_db()
    page.unpublish()
    assert audience_of(page) == {STAFF, EDITORS}


def test_a_work_stays_public_while_one_language_is_live() -> None:
    page = ArticleFactory()
    english = translated(page, title="An article")
    page.unpublish()
    assert audience_of(page) == {PUBLIC}
    english.delete()
    assert audience_of(page) == {STAFF, EDITORS}


def test_a_work_is_deleted_with_its_last_page(
    heard: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    page = ArticleFactory()
    english = translated(page, title="An article")
    page.delete()
    assert Work.objects.filter(pk=page.work_id).exists()
    with django_capture_on_commit_callbacks(execute=True):
        Page.objects.get(pk=english.pk).delete()
    assert not Work.objects.filter(pk=page.work_id).exists()
    assert page.work_id in heard


def test_deleting_a_section_deletes_its_works() -> None:
    page = GuideFactory()
    SectionPage.objects.get(pk=page.get_parent().pk).delete()
    assert not Work.objects.filter(pk=page.work_id).exists()

"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_slug_changed, page_unpublished, post_page_move

from core import topics
from core.row_changes import Change, never_shown, on_change
from knowledge.models import (
    Area,
    Capability,
    Code,
    HomePage,
    KnowledgePage,
    OperatorInfo,
    Place,
    PlainPage,
    PolicyText,
    SectionPage,
    Tag,
    TaggedPage,
    Technology,
    Theme,
    Work,
)
from knowledge.receivers import DRAFT_FIELDS


def topics_of_work(work_id: int | None) -> tuple[str, ...]:
    return topics.subject("work", work_id), topics.listing("work")


def topics_of_page(page: KnowledgePage, change: Change) -> Iterable[str]:
    """A page that appears or is deleted invalidates all pages, since any text may link to it. No page shows a draft."""
    if not page.live:
        return ()
    is_known = getattr(page, "was_live", False) and not change.is_deleted
    return topics_of_work(page.work_id) if is_known else (topics.ALL_PAGES,)


def topics_of_frame(page: Any, change: Change) -> Iterable[str]:
    return (topics.FRAME,) if page.live else ()


@receiver(pre_save)
def note_whether_it_was_live(sender: type, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, KnowledgePage) and instance.live:
        instance.was_live = bool(instance.pk) and Page.objects.filter(pk=instance.pk, live=True).exists()


@receiver([page_slug_changed, post_page_move, page_unpublished])
def address_changed(sender: type, instance: Page, **kwargs: Any) -> None:
    topics.invalidate(topics.ALL_PAGES)


never_shown("knowledge.renderedtext", "knowledge.reviewanswer")
on_change(Page, lambda page, change: (topics.ALL_PAGES,), ignore=DRAFT_FIELDS)
on_change(KnowledgePage, topics_of_page, ignore=DRAFT_FIELDS)
for page_model in (HomePage, PlainPage, SectionPage):
    on_change(page_model, topics_of_frame, ignore=DRAFT_FIELDS)
for frame_model in (PolicyText, OperatorInfo):
    on_change(frame_model, lambda row, change: (topics.FRAME,))
for vocabulary in (Area, Capability, Code, Place, Technology, Theme):
    on_change(vocabulary, lambda term, change: (topics.TAXONOMY,))
# No page shows a new tag yet; the object that it is added to invalidates its own topics.
on_change(Tag, lambda tag, change: () if change.is_new else (topics.TAXONOMY,))
on_change(Work, lambda work, change: topics_of_work(work.pk))
on_change(TaggedPage, lambda tagged, change: topics_of_page(tagged.content_object, change))

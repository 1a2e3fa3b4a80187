"""Derives works from their pages and sends signals to the packages above, however a page was changed."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.models import TaskState, WorkflowState, get_page_models
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
    task_approved,
    task_cancelled,
    task_rejected,
    task_submitted,
    workflow_rejected,
)

from core.signals import send_on_commit, send_state
from knowledge import services
from knowledge.models import TERMS_CODES, KnowledgePage, PlainPage, UseCasePage, Work
from knowledge.rendering import keep_html_of
from knowledge.signals import (
    ReviewEnded,
    ReviewRequested,
    UseCasePublished,
    UseCaseSentBack,
    WorksChanged,
    review_ended,
    review_requested,
    use_case_published,
    use_case_sent_back,
    works_changed,
)
from subjects.services import derive_audiences

DRAFT_FIELDS = frozenset(
    {"latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes", "numchild"}
)
"""The fields that saving a draft of a published page writes to its row. Readers see none of them."""


def give_work(sender: type[KnowledgePage], instance: KnowledgePage, **kwargs: Any) -> None:
    """Every page belongs to the work of its translation key; copies get a work of their own."""
    instance.work, _ = Work.objects.get_or_create(
        translation_key=instance.translation_key, defaults={"kind": sender.kind}
    )


def page_saved(
    sender: type[KnowledgePage], instance: KnowledgePage, update_fields: Any = None, **kwargs: Any
) -> None:
    if update_fields is not None and update_fields <= DRAFT_FIELDS:
        return
    if instance.work:
        derive_audiences([instance.work])
        send_state(works_changed, WorksChanged((instance.work.pk,)))


@receiver(post_save, sender=UseCasePage)
def keep_html(sender: type, instance: UseCasePage, **kwargs: Any) -> None:
    keep_html_of(instance, kwargs["update_fields"])


@receiver(post_delete, sender=KnowledgePage)
def page_gone(sender: type[KnowledgePage], instance: KnowledgePage, **kwargs: Any) -> None:
    """Connected to the base model: its rows are a work's pages, and the row of the page's own type is deleted first."""
    if instance.work_id:
        work = Work.objects.filter(pk=instance.work_id).first()
        if work and not work.pages.exists():
            work.delete()
        elif work:
            derive_audiences([work])
        send_state(works_changed, WorksChanged((instance.work_id,)))


for model in get_page_models():
    if issubclass(model, KnowledgePage) and model is not KnowledgePage:
        name = model.__name__
        pre_save.connect(give_work, sender=model, dispatch_uid=f"give_work_{name}")
        post_save.connect(page_saved, sender=model, dispatch_uid=f"page_saved_{name}")


@receiver([page_published, page_unpublished])
def publication_changed(sender: type, instance: Any, **kwargs: Any) -> None:
    """Terms and tags are written after the page's row. When these signals are sent, they are stored."""
    if isinstance(instance, KnowledgePage):
        page_saved(sender, instance)


@receiver(page_published)
def store_published_terms(sender: type, instance: Any, **kwargs: Any) -> None:
    """Keep the exact text that members are asked to accept."""
    if isinstance(instance, PlainPage) and instance.code in TERMS_CODES:
        services.keep_policy_text(page=instance)


@receiver([page_slug_changed, post_page_move])
def address_changed(sender: type, instance: Any, **kwargs: Any) -> None:
    """Moving or renaming a page changes the address of every page below it."""
    below = KnowledgePage.objects.descendant_of(instance, inclusive=True).filter(work__isnull=False)
    if work_ids := set(below.values_list("work_id", flat=True)):
        send_state(works_changed, WorksChanged(tuple(sorted(work_ids))))


@receiver(page_published)
def use_case_is_out(sender: type, instance: Any, **kwargs: Any) -> None:
    """Send the fact on the first publication only. The actor is known where Wagtail knows it: in its admin."""
    if isinstance(instance, UseCasePage) and instance.first_published_at == instance.last_published_at:
        actor = get_active_log_context().user
        send_on_commit(use_case_published, UseCasePublished(instance.pk, actor.pk if actor else None))


@receiver(workflow_rejected)
def use_case_needs_changes(sender: type, instance: WorkflowState, user: Any, **kwargs: Any) -> None:
    if is_of_ours(instance):
        page_id, actor_id = int(instance.object_id), user.pk if user else None
        fact = UseCaseSentBack(page_id, instance.current_task_state_id, actor_id)
        send_on_commit(use_case_sent_back, fact)


@receiver(task_submitted)
def review_is_requested(sender: type, instance: TaskState, user: Any, **kwargs: Any) -> None:
    if is_of_ours(instance.workflow_state):
        page_id, actor_id = int(instance.workflow_state.object_id), user.pk if user else None
        send_on_commit(review_requested, ReviewRequested(page_id, instance.pk, actor_id))


@receiver([task_approved, task_rejected, task_cancelled])
def review_is_ended(sender: type, instance: TaskState, **kwargs: Any) -> None:
    if is_of_ours(instance.workflow_state):
        send_on_commit(review_ended, ReviewEnded(int(instance.workflow_state.object_id), instance.pk))


def is_of_ours(state: WorkflowState) -> bool:
    model = state.content_type.model_class()
    return model is not None and issubclass(model, KnowledgePage)

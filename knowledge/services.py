from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.actions.delete_page import DeletePageAction

from core.audience import viewer_for
from core.refusals import Refusal
from core.signals import send_on_commit
from knowledge import policies
from knowledge.models import (
    Area,
    Place,
    PlainPage,
    PolicyText,
    ReviewAnswer,
    SectionPage,
    Technology,
    UseCasePage,
)
from knowledge.rendering import forget_html_of, keep_html
from knowledge.signals import ReviewAnswered, review_answered


class NowhereToPutIt(Refusal):
    sentence = _("There is no section for use cases in that language. Ask the editors to add one.")


class NoReview(Refusal):
    sentence = _(
        "The editors have not set up a review process yet. Your draft is saved; ask them to switch review on."
    )


class WithoutSummary(Refusal):
    """A draft written in the admin may lack a summary, which lists and search show."""

    sentence = _("Write a summary before you send the use case to the editors.")


@dataclass(frozen=True, kw_only=True)
class UseCaseText:
    """A member's input about a use case, from the site's own form."""

    title: str
    summary: str
    stage: str
    areas: Sequence[Area] = ()
    technologies: Sequence[Technology] = ()
    tags: Sequence[str] = ()
    place: Place | None = None
    stop_reason: str = ""
    story: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def write_to(self, page: UseCasePage) -> None:
        page.title, page.summary, page.stage, page.place = self.title, self.summary, self.stage, self.place
        page.stop_reason = self.stop_reason
        for name in UseCasePage.STORY_FIELDS:
            setattr(page, name, self.story.get(name, ""))
        page.facts = self.facts
        page.areas.set(self.areas)
        page.technologies.set(self.technologies)
        page.tags.set(list(self.tags))


@transaction.atomic
def draft_use_case(*, actor: Any, text: UseCaseText, language: str = "sv") -> UseCasePage:
    """Create a draft use case, which only its author and staff see. Raises `NowhereToPutIt`."""
    policies.can_draft_use_case(viewer_for(actor)).require()
    keep_html(text.story.values())
    section = (
        SectionPage.objects.filter(lists=UseCasePage.kind, locale__language_code=language).live().first()
    )
    if section is None:
        raise NowhereToPutIt
    page = UseCasePage(title=text.title, stage=text.stage, live=False, owner=actor, locale=section.locale)
    if not slugify(text.title):
        page.slug = f"use-case-{uuid4().hex[:8]}"
    section.add_child(instance=page)
    text.write_to(page)
    page.save_revision(user=actor, log_action=True)
    return page


@transaction.atomic
def edit_draft(*, actor: Any, page: UseCasePage, text: UseCaseText) -> UseCasePage:
    policies.can_edit_draft(viewer_for(actor), page).require()
    keep_html(text.story.values())
    version = page.get_latest_revision_as_object()
    text.write_to(version)
    version.save_revision(user=actor, log_action=True)
    return version


@transaction.atomic
def delete_draft_page(*, actor: Any, page: UseCasePage) -> None:
    """Delete a draft with its versions and reviews. Its work is deleted with its last page. Wagtail's log keeps it."""
    page = UseCasePage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    policies.can_delete_draft(viewer_for(actor), page).require()
    forget_html_of(page.get_latest_revision_as_object())
    DeletePageAction(page, user=actor).execute(skip_permission_checks=True)


@transaction.atomic
def submit_for_review(*, actor: Any, page: UseCasePage) -> None:
    """Send a draft into Wagtail's workflow, for the first time or again after a return.

    Raises `NoReview` and `WithoutSummary`.
    """
    policies.can_edit_draft(viewer_for(actor), page).require()
    if page.get_latest_revision_as_object().missing:
        raise WithoutSummary
    workflow = page.get_workflow()
    if workflow is None:
        raise NoReview
    if page.is_sent_back:
        page.current_workflow_state.resume(user=actor)
    else:
        workflow.start(page, actor)


@transaction.atomic
def answer_review(*, actor: Any, page: UseCasePage, text: str) -> ReviewAnswer:
    """Answer the review that sent the use case back; the editors see it beside their reason."""
    policies.can_answer_review(viewer_for(actor), page).require()
    review = page.current_workflow_state.current_task_state
    answer = ReviewAnswer.objects.create(review=review, author=actor, text=text)
    send_on_commit(review_answered, ReviewAnswered(page.pk, answer.pk, actor.pk))
    return answer


@transaction.atomic
def keep_policy_text(*, page: PlainPage) -> PolicyText | None:
    """Store the page's present text unless the last stored one is equal. None for a page without a date in force."""
    if page.in_force is None:
        return None
    said: dict[str, Any] = {"title": page.title, "summary": page.summary, "body": page.body}
    kept = PolicyText.objects.filter(
        code=page.code, language=page.locale.language_code, in_force=page.in_force
    ).first()
    if kept and all(getattr(kept, name) == words for name, words in said.items()):
        return kept
    return PolicyText.objects.create(
        code=page.code, language=page.locale.language_code, in_force=page.in_force, **said
    )

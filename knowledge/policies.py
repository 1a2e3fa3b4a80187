from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.decisions import ALLOWED, Decision, refused
from knowledge.authorship import has_left
from knowledge.models import UseCasePage


def can_draft_use_case(actor: Any) -> Decision:
    return ALLOWED if actor.is_authenticated else refused(_("Sign in to write a use case."))


def can_read_draft(actor: Any, page: UseCasePage) -> Decision:
    """Read a use case on the site before it is out: its author, also while it is with the editors.

    Authorship of an organisation's use case ends with the membership.
    """
    if not actor.is_authenticated or page.owner_id != actor.pk or has_left(actor.pk, page.work_id):
        return refused(_("Only its author can see this draft."))
    return ALLOWED


def can_edit_draft(actor: Any, page: UseCasePage) -> Decision:
    """Change a use case in the site's own form: its author, until it is with the editors or out."""
    if not can_read_draft(actor, page):
        return refused(_("Only its author can change this draft."))
    if page.live:
        return refused(_("It has been published. Write to the editors if you want it changed."))
    if page.workflow_in_progress:
        return refused(_("It is with the editors. You can change it if they send it back."))
    return ALLOWED


def can_delete_draft(actor: Any, page: UseCasePage) -> Decision:
    """Delete a use case: those who may edit the draft, while it exists in one language only."""
    decision = can_edit_draft(actor, page)
    if decision and page.get_translations().exists():
        return refused(_("It exists in another language too. Write to the editors if you want it deleted."))
    return decision


def can_answer_review(actor: Any, page: UseCasePage) -> Decision:
    """Answer the editors: the author, while a use case is sent back."""
    decision = can_edit_draft(actor, page)
    if not decision:
        return decision
    state = page.current_workflow_state
    if state is None or state.status != state.STATUS_NEEDS_CHANGES:
        return refused(_("There is nothing to answer: the editors have not sent it back."))
    return ALLOWED

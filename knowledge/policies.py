from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audience import Viewer
from core.decisions import ALLOWED, Decision, refused
from knowledge.models import UseCasePage


def can_draft_use_case(viewer: Viewer) -> Decision:
    return refused(_("Sign in to write a use case.")) if viewer.is_anonymous else ALLOWED


def can_read_draft(viewer: Viewer, page: UseCasePage) -> Decision:
    """Read a use case on the site before it is out: its author may, also while the editors review it.

    Authorship of an organisation's use case ends with the membership.
    """
    if viewer.is_member(page.author_id):
        return ALLOWED
    return refused(_("Only its author can see this draft."))


def can_edit_draft(viewer: Viewer, page: UseCasePage) -> Decision:
    """Change a use case in the site's own form: its author may, until it is in review or out."""
    if not can_read_draft(viewer, page):
        return refused(_("Only its author can change this draft."))
    if page.live:
        return refused(_("It has been published. Write to the editors if you want it changed."))
    if page.workflow_in_progress:
        return refused(_("It is with the editors. You can change it if they send it back."))
    return ALLOWED


def can_delete_draft(viewer: Viewer, page: UseCasePage) -> Decision:
    """Delete a use case: a viewer who may edit the draft may, while it exists in one language only."""
    decision = can_edit_draft(viewer, page)
    if decision and page.is_in_other_languages:
        return refused(_("It exists in another language too. Write to the editors if you want it deleted."))
    return decision


def can_answer_review(viewer: Viewer, page: UseCasePage) -> Decision:
    """Answer the editors: the author may, while a use case is sent back."""
    decision = can_edit_draft(viewer, page)
    if decision and not page.is_sent_back:
        return refused(_("There is nothing to answer: the editors have not sent it back."))
    return decision

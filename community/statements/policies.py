from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.organisations.policies import SIGN_IN, can_speak_for
from community.statements.models import Statement
from core.audience import Viewer, may_see, member_token
from core.decisions import ALLOWED, Decision, refused
from subjects.models import Subject


def can_write(viewer: Viewer, organisation: Organisation, about: Subject | None = None) -> Decision:
    """Write a statement in the organisation's name: its speakers may, by itself or about a subject that the
    organisation owns. A member who waits to be confirmed may write about a draft that only that member sees."""
    if viewer.is_anonymous:
        return SIGN_IN
    if about:
        if not may_see(viewer, about.audience):
            return refused(_("You may not see this."))
        if about.owner_id != organisation.pk:
            return refused(_("Another organisation is responsible for this."))
        if _is_own_draft(viewer, about):
            return ALLOWED
    return can_speak_for(viewer, organisation)


def can_change(viewer: Viewer, statement: Statement) -> Decision:
    """Change, end, reopen or renew a statement: the speakers of its organisation who see it may, also where what it is
    about has another owner by now, and so may a member who waits and writes an own draft. One from a published
    inventory changes there."""
    if statement.is_reference:
        return refused(_("This record comes from a published inventory and is changed there."))
    if viewer.is_anonymous:
        return SIGN_IN
    if not may_see(viewer, statement.audience):
        return refused(_("You may not see this."))
    if statement.about and _is_own_draft(viewer, statement.about):
        return ALLOWED
    return can_speak_for(viewer, statement.organisation)


def _is_own_draft(viewer: Viewer, about: Subject) -> bool:
    """Whether the subject is not published, and is visible to the viewer as a single member."""
    return (
        not about.is_out and viewer.member_id is not None and member_token(viewer.member_id) in about.audience
    )

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from community.organisations.models import Organisation
from community.organisations.policies import SIGN_IN, can_speak_for
from community.participation.models import Participation, Role
from community.projects.models import Project
from core.audience import MEMBERS, PUBLIC, STAFF, Viewer, may_see
from core.decisions import ALLOWED, Decision, refused
from knowledge.models import Work

STAFF_SEE = frozenset({PUBLIC, MEMBERS, STAFF})
"""Staff may change projects with one of these tokens, and no project that is visible to one organisation only."""


def can_post(viewer: Viewer, organisation: Organisation) -> Decision:
    """Publish a project in the organisation's name: its speakers may."""
    return can_speak_for(viewer, organisation)


def can_draft(viewer: Viewer, organisation: Organisation) -> Decision:
    """Write a draft: also a member whose membership waits for confirmation may, since no one else sees the draft."""
    if viewer.belongs_to(organisation.pk):
        return ALLOWED
    return refused(_("Join the organisation first."))


def can_edit(viewer: Viewer, project: Project) -> Decision:
    """Change a project: speakers of its organisation may, and staff where they see it.

    A draft that a member wrote while waiting for confirmation is that member's, while the membership or the request
    exists.
    """
    if viewer.is_anonymous:
        return SIGN_IN
    if project.is_reference:
        return refused(_("This record comes from a published inventory and is changed there."))
    if viewer.has(STAFF) and project.audience & STAFF_SEE:
        return ALLOWED
    if project.is_private:
        is_own = viewer.is_member(project.author_id)
        return can_draft(viewer, project.organisation) if is_own else refused(_("You may not see this."))
    return can_speak_for(viewer, project.organisation)


def can_publish(viewer: Viewer, project: Project) -> Decision:
    """Publish a version: the first time a speaker of the organisation may, afterwards a viewer who may edit."""
    decision = can_edit(viewer, project)
    return decision if project.live or not decision else can_post(viewer, project.organisation)


def can_delete_draft(viewer: Viewer, project: Project) -> Decision:
    """Delete a project that is not published: viewers who may edit it may, or its author where only the author sees
    it."""
    if project.is_private and not viewer.is_member(project.author_id):
        return refused(_("Only its author can delete this draft."))
    decision = can_edit(viewer, project)
    if decision and project.live:
        return refused(_("It is published. Take it down first."))
    return decision


def can_adopt(viewer: Viewer, organisation: Organisation, subject: Project | Work) -> Decision:
    """Say that the organisation does this too: its speakers may, where they see the subject."""
    if not may_see(viewer, subject.audience):
        return refused(_("You may not see this."))
    return can_speak_for(viewer, organisation)


def can_derive_from(viewer: Viewer, work: Work) -> Decision:
    """Start a project from a use case that the viewer sees."""
    return ALLOWED if may_see(viewer, work.audience) else refused(_("You may not see this."))


def can_restore(viewer: Viewer, project: Project, revision: Revision) -> Decision:
    """Restore a version of the same project."""
    if not project.has_version(revision):
        return refused(_("This is not a version of the project."))
    return can_edit(viewer, project)


def can_update_participation(viewer: Viewer, participation: Participation) -> Decision:
    """Change an adopter's stage, notes and results: only speakers of that organisation may."""
    return _is_adopter(participation) and can_speak_for(viewer, participation.organisation)


def can_withdraw(viewer: Viewer, participation: Participation) -> Decision:
    """End an adopter's participation: staff and speakers of that organisation may. Other roles change in the admin."""
    decision = _is_adopter(participation)
    return (
        decision if viewer.has(STAFF) or not decision else can_speak_for(viewer, participation.organisation)
    )


def _is_adopter(participation: Participation) -> Decision:
    if participation.role == Role.ADOPTER:
        return ALLOWED
    return refused(_("Only “we do this too” can be changed or taken back here."))

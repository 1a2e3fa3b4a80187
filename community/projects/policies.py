from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from community.organisations.models import Organisation
from community.organisations.policies import SIGN_IN, can_speak_for
from community.participation.models import Participation
from community.projects.models import Project
from core.audience import MEMBERS, PUBLIC, STAFF, Viewer, may_see
from core.decisions import ALLOWED, Decision, refused
from knowledge.models import Work

STAFF_SEE = frozenset({PUBLIC, MEMBERS, STAFF})
"""Staff may change what is for one of these, and nothing that is an organisation's own."""


def can_post(viewer: Viewer, organisation: Organisation) -> Decision:
    """Publish a project in the organisation's name."""
    return can_speak_for(viewer, organisation)


def can_draft(viewer: Viewer, organisation: Organisation) -> Decision:
    """Write a draft: also while one waits to be let in, since nobody else sees it."""
    if viewer.belongs_to(organisation.pk):
        return ALLOWED
    return refused(_("Join the organisation first."))


def can_edit(viewer: Viewer, project: Project) -> Decision:
    """Change a project: those who speak for its organisation, and staff what they see.

    A draft written while waiting is its author's, for as long as the membership or the request for one lasts.
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
    """Make a version public: the first time in the organisation's name, afterwards who may edit."""
    decision = can_edit(viewer, project)
    return decision if project.live or not decision else can_post(viewer, project.organisation)


def can_delete_draft(viewer: Viewer, project: Project) -> Decision:
    """Delete a project that is not published: those who may edit it; one that its author alone sees, its author."""
    if project.is_private and not viewer.is_member(project.author_id):
        return refused(_("Only its author can delete this draft."))
    decision = can_edit(viewer, project)
    if decision and project.live:
        return refused(_("It is published. Take it down first."))
    return decision


def can_adopt(viewer: Viewer, organisation: Organisation, subject: Project | Work) -> Decision:
    """Say that the organisation does what one sees too: those who speak for it."""
    if not may_see(viewer, subject.audience):
        return refused(_("You may not see this."))
    return can_speak_for(viewer, organisation)


def can_derive_from(viewer: Viewer, work: Work) -> Decision:
    """Begin a project from a use case one sees."""
    return ALLOWED if may_see(viewer, work.audience) else refused(_("You may not see this."))


def can_restore(viewer: Viewer, project: Project, revision: Revision) -> Decision:
    """Bring back a version of the project, and of no other."""
    if not project.has_version(revision):
        return refused(_("This is not a version of the project."))
    return can_edit(viewer, project)


def can_update_participation(viewer: Viewer, participation: Participation) -> Decision:
    """Change what an organisation told when it put itself on a list: only those who speak for it."""
    return can_speak_for(viewer, participation.organisation)


def can_withdraw(viewer: Viewer, participation: Participation) -> Decision:
    """Take back that an organisation takes part."""
    if viewer.has(STAFF):
        return ALLOWED
    return can_speak_for(viewer, participation.organisation)

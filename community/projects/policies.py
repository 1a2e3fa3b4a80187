from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.organisations.models import Organisation
from community.organisations.policies import can_speak_for
from community.projects.models import Participation, Project
from foundation.decisions import ALLOWED, Decision, refused


def can_post(actor: Member, organisation: Organisation) -> Decision:
    """Publish a project in the organisation's name."""
    return can_speak_for(actor, organisation)


def can_draft(actor: Member, organisation: Organisation) -> Decision:
    """Write a draft: also while one waits to be let in, since nobody else sees it."""
    if actor.is_authenticated and actor.memberships.filter(organisation=organisation).exists():
        return ALLOWED
    return refused(_("Join the organisation first."))


def can_edit(actor: Member, project: Project) -> Decision:
    """Change a project: its author while it is a draft, else those who speak for its organisation."""
    if not actor.is_authenticated:
        return refused(_("Sign in first."))
    if project.is_reference:
        return refused(_("This record comes from a published inventory and is changed there."))
    if actor.is_staff or (project.author_id == actor.pk and not project.live):
        return ALLOWED
    return can_speak_for(actor, project.organisation)


def can_publish(actor: Member, project: Project) -> Decision:
    """Make a version public: the first time in the organisation's name, afterwards who may edit."""
    return can_edit(actor, project) if project.live else can_post(actor, project.organisation)


def can_retell(actor: Member, participation: Participation) -> Decision:
    """Change what an organisation told when it put itself on a list: only those who speak for it."""
    return can_speak_for(actor, participation.organisation)


def can_withdraw(actor: Member, participation: Participation) -> Decision:
    """Take back that an organisation takes part."""
    if actor.is_authenticated and actor.is_staff:
        return ALLOWED
    return can_speak_for(actor, participation.organisation)

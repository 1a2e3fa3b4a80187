from __future__ import annotations

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.organisations.models import Membership, Organisation, Role
from core.audience import Viewer, may_see, organisation_token
from core.decisions import ALLOWED, Decision, refused

NOT_IN_ITS_NAME = refused(_("Only confirmed members of the organisation can do this in its name."))


def can_speak_for(actor: Member, organisation: Organisation) -> Decision:
    """Post, adopt and answer in the organisation's name."""
    if not actor.is_authenticated:
        return refused(_("Sign in first."))
    if actor.memberships.confirmed().filter(organisation=organisation).exists():
        return ALLOWED
    return NOT_IN_ITS_NAME


def speaks_for(viewer: Viewer, organisation: Organisation) -> Decision:
    """The same as `can_speak_for`, from the viewer's tokens and without a query."""
    return ALLOWED if may_see(viewer, [organisation_token(organisation.pk)]) else NOT_IN_ITS_NAME


def can_join(viewer: Viewer, organisation: Organisation) -> Decision:
    """Ask to speak for an organisation: every member who sees it."""
    if viewer.is_anonymous:
        return refused(_("Sign in first."))
    return (
        ALLOWED
        if may_see(viewer, organisation.audience)
        else refused(_("You may not see this organisation."))
    )


def can_found(actor: Member) -> Decision:
    """Add an organisation: every member whose e-mail address is confirmed."""
    if not actor.is_authenticated:
        return refused(_("Sign in first."))
    if EmailAddress.objects.filter(user=actor, verified=True).exists():
        return ALLOWED
    return refused(_("Confirm your e-mail address first. We have sent you a link."))


def can_edit(actor: Member, organisation: Organisation) -> Decision:
    """Change what the organisation says of itself, and let colleagues in."""
    if not actor.is_authenticated:
        return refused(_("Sign in first."))
    if actor.is_staff:
        return ALLOWED
    if actor.memberships.confirmed().filter(organisation=organisation, role=Role.ADMIN).exists():
        return ALLOWED
    return refused(_("Only the organisation's administrators can change this."))


def can_confirm(actor: Member, membership: Membership) -> Decision:
    """Let somebody in. Nobody lets in themselves."""
    if membership.member_id == actor.pk and not actor.is_staff:
        return refused(_("Somebody else has to approve you."))
    return can_edit(actor, membership.organisation)


def can_decline(actor: Member, membership: Membership) -> Decision:
    """Turn a request down or end a membership: its own member may always leave."""
    if actor.is_authenticated and membership.member_id == actor.pk:
        return ALLOWED
    return can_edit(actor, membership.organisation)


def can_give_role(actor: Member, membership: Membership) -> Decision:
    """Make a colleague an administrator, or no longer one. Nobody changes their own role."""
    if membership.member_id == actor.pk and not actor.is_staff:
        return refused(_("Somebody else has to change your role."))
    return can_edit(actor, membership.organisation)


def can_merge(actor: Member) -> Decision:
    """Say whether two organisations are one."""
    if actor.is_authenticated and actor.is_active and actor.is_staff:
        return ALLOWED
    return refused(_("Only staff can merge organisations."))

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.organisations.models import Membership, Organisation
from core.audience import ADDRESS_CONFIRMED, STAFF, Viewer, may_see
from core.decisions import ALLOWED, Decision, refused

SIGN_IN = refused(_("Sign in first."))


def can_speak_for(viewer: Viewer, organisation: Organisation) -> Decision:
    """Post, adopt and answer in the organisation's name: confirmed members may."""
    if viewer.is_anonymous:
        return SIGN_IN
    if viewer.speaks_for(organisation.pk):
        return ALLOWED
    return refused(_("Only confirmed members of the organisation can do this in its name."))


def can_join(viewer: Viewer, organisation: Organisation) -> Decision:
    """Ask to speak for an organisation: every member who sees it may."""
    if viewer.is_anonymous:
        return SIGN_IN
    if may_see(viewer, organisation.audience):
        return ALLOWED
    return refused(_("You may not see this organisation."))


def can_create_organisation(viewer: Viewer) -> Decision:
    """Add an organisation: every member with a confirmed e-mail address may."""
    if viewer.is_anonymous:
        return SIGN_IN
    if viewer.has(ADDRESS_CONFIRMED):
        return ALLOWED
    return refused(_("Confirm your e-mail address first. We have sent you a link."))


def can_edit(viewer: Viewer, organisation: Organisation) -> Decision:
    """Change the organisation's description, and confirm colleagues."""
    return _is_administrator(viewer, organisation.pk)


def can_confirm(viewer: Viewer, membership: Membership) -> Decision:
    """Confirm a member. Members cannot confirm themselves."""
    if viewer.is_member(membership.member_id) and not viewer.has(STAFF):
        return refused(_("Somebody else has to approve you."))
    return _is_administrator(viewer, membership.organisation_id)


def can_decline(viewer: Viewer, membership: Membership) -> Decision:
    """Decline a request or end a membership. Members may always end their own."""
    if viewer.is_member(membership.member_id):
        return ALLOWED
    return _is_administrator(viewer, membership.organisation_id)


def can_give_role(viewer: Viewer, membership: Membership) -> Decision:
    """Make a colleague an administrator, or no longer one. Members cannot change their own role."""
    if viewer.is_member(membership.member_id) and not viewer.has(STAFF):
        return refused(_("Somebody else has to change your role."))
    return _is_administrator(viewer, membership.organisation_id)


def can_merge(viewer: Viewer) -> Decision:
    """Decide whether two organisations are one."""
    return ALLOWED if viewer.has(STAFF) else refused(_("Only staff can merge organisations."))


def _is_administrator(viewer: Viewer, organisation_id: int) -> Decision:
    if viewer.is_anonymous:
        return SIGN_IN
    if viewer.has(STAFF) or viewer.administers(organisation_id):
        return ALLOWED
    return refused(_("Only the organisation's administrators can change this."))

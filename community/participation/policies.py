from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.organisations.policies import can_speak_for
from community.participation.models import Participation, Role
from core.audience import STAFF, Viewer, may_see
from core.decisions import Decision, refused

MEASURE = frozenset({Role.OWNER, Role.ADOPTER})
"""The roles whose results are collected."""


def can_measure(viewer: Viewer, participation: Participation) -> Decision:
    """Add and change results: speakers of an owner or adopter may, where they see the subject."""
    if participation.role not in MEASURE:
        return refused(_("Results belong to the owner and to those who do this too."))
    if participation.is_reference:
        return refused(_("This record comes from a published inventory and is changed there."))
    if not may_see(viewer, participation.subject.audience):
        return refused(_("You may not see this."))
    return can_speak_for(viewer, participation.organisation)


def can_delete_result(viewer: Viewer, participation: Participation) -> Decision:
    """Delete a result: those who may change it, and staff where they see the subject."""
    decision = can_measure(viewer, participation)
    is_staffs = viewer.has(STAFF) and may_see(viewer, participation.subject.audience)
    return Decision(allowed=True) if is_staffs else decision

"""The kind of subject of this package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.organisations.topics import topics_of
from core.audience import STAFF, member_token, organisation_token
from subjects.audience import SubjectState
from subjects.types import SubjectType, register


def state_of_organisation(organisation: Organisation) -> SubjectState:
    """While a new public body waits for staff, staff and its members see it, and those who asked to be members."""
    if organisation.subject_id and organisation.subject.is_out:
        return SubjectState()
    members = organisation.memberships.values_list("member", flat=True) if organisation.pk else []
    own = {organisation_token(organisation.pk)} if organisation.pk else set()
    return SubjectState(writers={STAFF, *own, *(member_token(pk) for pk in members)})


ORGANISATION = SubjectType(
    code="organisation",
    model=Organisation,
    label=_("Organisation"),
    label_plural=_("Organisations"),
    state=state_of_organisation,
    topics=lambda organisation: topics_of(organisation.pk),
    starts_out=True,
    has_thread=False,
)


def register_all() -> None:
    register(ORGANISATION)

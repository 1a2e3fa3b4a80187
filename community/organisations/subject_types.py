"""The kind of subject of this package."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.organisations.search import SEARCH
from community.organisations.signals import OrganisationsChanged, organisations_changed
from community.organisations.topics import topics_of
from core.audience import ANONYMOUS, STAFF, member_token, organisation_token
from core.signals import send_state
from subjects.audience import SubjectState
from subjects.listings import ApiRoutes, Sitemap, UrlRoutes
from subjects.types import SubjectType, register


def state_of_organisation(organisation: Organisation) -> SubjectState:
    """While a new public body waits for staff, only staff, its members and those who asked to join see it."""
    if organisation.subject_id and organisation.subject.is_out:
        return SubjectState()
    members = organisation.memberships.values_list("member", flat=True) if organisation.pk else []
    own = {organisation_token(organisation.pk)} if organisation.pk else set()
    return SubjectState(writers={STAFF, *own, *(member_token(pk) for pk in members)})


def announce_organisation(organisation: Organisation) -> None:
    send_state(organisations_changed, OrganisationsChanged((organisation.pk,)))


def public_organisations() -> QuerySet[Any]:
    return Organisation.objects.visible_to(ANONYMOUS).only("pk", "slug").order_by("pk")


ORGANISATION = SubjectType(
    code="organisation",
    model=Organisation,
    label=_("Organisation"),
    label_plural=_("Organisations"),
    announce=announce_organisation,
    state=state_of_organisation,
    topics=lambda organisation: topics_of(organisation.pk),
    starts_out=True,
    has_thread=False,
    position=30,
    urls=UrlRoutes(_("organisations/"), "community.organisations.urls"),
    search=SEARCH,
    sitemap=Sitemap("organisations", public_organisations),
    feed=None,
    api=ApiRoutes("/organisations", "community.organisations.api.router"),
)


def register_all() -> None:
    register(ORGANISATION)

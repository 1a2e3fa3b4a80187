from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from foundation.audience import RightsChanged, rights_changed
from foundation.refusals import Refusal
from foundation.signals import send_on_commit
from knowledge.models import Place

from community.members.models import Member
from community.organisations import policies
from community.organisations.models import Membership, Organisation, Role, Statement
from community.organisations.names import name_key
from community.organisations.signals import (
    MembershipConfirmed,
    OrganisationChanged,
    membership_confirmed,
    organisation_changed,
)


class NameTaken(Refusal):
    """An organisation of that name exists already in the country."""

    sentence = _("That organisation is already here. Choose it in the list instead of adding it again.")


def free_slug(name: str) -> str:
    """An unused slug for `name`."""
    base = slugify(name)[:100].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken)


@transaction.atomic
def found_organisation(*, name: str, kind: str, place: Place | None, founder: Member | None = None) -> Organisation:
    """Add an organisation; its founder becomes its administrator. Raises `NameTaken`."""
    country = country_of(place)
    key = name_key(name)
    if Organisation.objects.filter(key=key, country=country).exists():
        raise NameTaken
    organisation = Organisation(
        name=name,
        slug=free_slug(name),
        kind=kind,
        place=place,
        country=country,
        claimed_at=timezone.now() if founder else None,
    )
    organisation.full_clean(exclude=["slug"])
    organisation.save()
    if founder:
        membership = Membership.objects.create(organisation=organisation, member=founder, role=Role.ADMIN)
        let_in(membership)
    return organisation


def country_of(place: Place | None) -> Place | None:
    """The country a place lies in; Sweden where no place is said."""
    if place is None:
        return Place.objects.filter(code="SE").first()
    return next((p for p in place.line() if p.kind == Place.COUNTRY), None)


@transaction.atomic
def join_organisation(*, member: Member, organisation: Organisation) -> Membership:
    """Ask to speak for an organisation. Confirmed at once when the member's verified address is of its domain;
    otherwise an administrator, or staff while there is none, lets the member in. Idempotent."""
    membership, _created = Membership.objects.get_or_create(organisation=organisation, member=member)
    confirm_by_address(member=member)
    membership.refresh_from_db()
    return membership


@transaction.atomic
def confirm_by_address(*, member: Member) -> None:
    """Let the member in wherever a verified address of theirs is of the organisation's own domain."""
    domains = {
        address.rpartition("@")[2].lower()
        for address in member.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    }
    waiting = member.memberships.waiting().filter(organisation__email_domain__in=domains - {""})
    for membership in waiting.select_related("organisation"):
        let_in(membership)


@transaction.atomic
def confirm_membership(*, actor: Member, membership: Membership, role: str | None = None) -> None:
    """Let a waiting member in. The first one claims the organisation and becomes its administrator."""
    policies.can_confirm(actor, membership).require()
    organisation = membership.organisation
    first = not organisation.memberships.confirmed().exists()
    membership.role = role or (Role.ADMIN if first else Role.MEMBER)
    let_in(membership)
    if first:
        organisation.claimed_at = timezone.now()
        organisation.is_reference = False
        organisation.save(update_fields=["claimed_at", "is_reference", "updated_at"])


def let_in(membership: Membership) -> None:
    membership.confirmed_at = timezone.now()
    membership.save(update_fields=["role", "confirmed_at"])
    send_on_commit(membership_confirmed, MembershipConfirmed(membership.organisation_id, membership.member_id))
    send_on_commit(rights_changed, RightsChanged(membership.member_id))


@transaction.atomic
def decline_membership(*, actor: Member, membership: Membership) -> None:
    """Turn a request down, or take a colleague's right to speak for the organisation away."""
    policies.can_edit(actor, membership.organisation).require()
    member_id = membership.member_id
    membership.delete()
    send_on_commit(rights_changed, RightsChanged(member_id))


@transaction.atomic
def edit_organisation(*, actor: Member, organisation: Organisation, description: str, website: str) -> None:
    policies.can_edit(actor, organisation).require()
    organisation.description = description
    organisation.website = website
    organisation.save(update_fields=["description", "website", "updated_at"])


@transaction.atomic
def state(*, actor: Member, organisation: Organisation, kind: str, text: str) -> Statement:
    """Say something the organisation does, offers or seeks."""
    policies.can_speak_for(actor, organisation).require()
    statement = Statement.objects.create(organisation=organisation, kind=kind, text=text)
    send_on_commit(organisation_changed, OrganisationChanged(organisation.pk))
    return statement


@transaction.atomic
def withdraw_statement(*, actor: Member, statement: Statement) -> None:
    policies.can_speak_for(actor, statement.organisation).require()
    organisation_id = statement.organisation_id
    statement.delete()
    send_on_commit(organisation_changed, OrganisationChanged(organisation_id))

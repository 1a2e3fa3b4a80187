from __future__ import annotations

from contextlib import suppress

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.audit.actions import log_action
from community.members.models import Member
from community.organisations import audit, policies
from community.organisations.answers import Answer
from community.organisations.models import (
    PUBLIC_KINDS,
    Membership,
    MergeCandidate,
    Organisation,
    PlannedOrganisation,
    Role,
)
from community.organisations.naming import (
    country_of,
    is_like_a_public_body,
    require_free_name,
)
from community.organisations.signals import (
    MembershipConfirmed,
    MembershipRequested,
    membership_confirmed,
    membership_requested,
)
from community.organisations.slugs import base_slug, free_slug
from core.audience import PUBLIC, viewer_for
from core.mail_addresses import fold_domain
from core.refusals import Refusal
from core.signals import send_on_commit
from knowledge.models import Place
from knowledge.rendering import keep_html
from subjects.models import Visibility
from subjects.services import create_subjects, derive_audiences, set_visibility


class AnsweredSince(Refusal):
    """The request was answered again, the member asked again, or the answer is too old."""

    sentence = _(
        "This can no longer be undone because something has changed since. The page shows the current state."
    )


@transaction.atomic
def plan_organisation(
    *,
    member: Member,
    name: str,
    kind: str = "",
    place: Place | None = None,
    known: Organisation | None = None,
) -> PlannedOrganisation:
    """Store the organisation that a new member named, until they confirm their address. Before that, no organisation is
    added and no administrator gets a request. `known` is an organisation that exists."""
    plan, _is_new = PlannedOrganisation.objects.update_or_create(
        member=member, defaults={"name": name, "kind": kind, "place": place, "known": known}
    )
    return plan


@transaction.atomic
def carry_out_plan(*, member: Member) -> None:
    """Ask to join, or create, the organisation that the member named at sign-up. Where a new one can no longer be
    created, the plan stays, so that the member can choose another name."""
    plan = PlannedOrganisation.objects.select_for_update().filter(member=member).first()
    if plan is None:
        return
    with suppress(Refusal):
        if known := plan.known:
            plan.delete()
            join_organisation(actor=member, organisation=known)
        else:
            create_organisation(name=plan.name, kind=plan.kind, place=plan.place, actor=member)


@transaction.atomic
def create_organisation(*, actor: Member, name: str, kind: str, place: Place | None) -> Organisation:
    """Add an organisation, and delete the actor's plan.

    The actor becomes its administrator. A public body, or one that is named like one, waits for staff: until they
    confirm the actor, only staff and its members see it. Raises `NotAllowed`, `NameTaken` and `NameUnclear`.
    """
    policies.can_create_organisation(viewer_for(actor)).require()
    # Before the next lock: `carry_out_plan` takes the two in this order.
    PlannedOrganisation.objects.filter(member=actor).delete()
    # Concurrent calls wait here, whatever their country, so that each sees which names and slugs are taken.
    Place.objects.select_for_update(no_key=True).filter(kind=Place.COUNTRY).order_by("pk").first()
    country = country_of(place)
    require_free_name(name, country)
    waits = is_like_a_public_body(name, kind)
    alike = Organisation.objects.filter(slug__startswith=base_slug(name))
    slug = free_slug(name, set(alike.values_list("slug", flat=True)))
    organisation = Organisation(name=name, slug=slug, kind=kind, place=place, country=country)
    organisation.full_clean(exclude=["slug", "subject"])
    create_subjects([organisation], is_out=not waits)
    organisation.save()
    membership = Membership.objects.create(organisation=organisation, member=actor)
    if waits:
        send_on_commit(membership_requested, MembershipRequested(organisation.pk, actor.pk))
    else:
        confirm(membership)
    organisation.refresh_from_db()
    return organisation


@transaction.atomic
def join_organisation(*, actor: Member, organisation: Organisation) -> Membership:
    """Ask to speak for an organisation. Idempotent. Raises `NotAllowed`.

    It is confirmed at once when a verified address of the actor is in the organisation's domain. Otherwise an
    administrator confirms it, or staff while the organisation has none.
    """
    policies.can_join(viewer_for(actor), organisation).require()
    membership, is_new = Membership.objects.get_or_create(organisation=organisation, member=actor)
    confirm_by_address(member=actor)
    membership.refresh_from_db()
    if is_new and membership.confirmed_at is None:
        send_on_commit(membership_requested, MembershipRequested(organisation.pk, actor.pk))
    return membership


@transaction.atomic
def confirm_by_address(*, member: Member) -> None:
    """Confirm the member where a verified address of theirs is in the organisation's own domain."""
    domains = {
        fold_domain(address.rpartition("@")[2])
        for address in EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)
    }
    waiting = member.memberships.waiting().filter(organisation__email_domain__in=domains - {""})
    for membership in waiting.select_related("organisation"):
        confirm(membership)


@transaction.atomic
def confirm_membership(*, actor: Member, membership: Membership) -> None:
    """Confirm a waiting member. A second call changes nothing."""
    policies.can_confirm(viewer_for(actor), membership).require()
    if membership.confirmed_at is None:
        confirm(membership, actor=actor)


@transaction.atomic
def give_role(*, actor: Member, membership: Membership, role: str) -> None:
    """Set the member's role, one of `Role`. The present role changes nothing."""
    policies.can_give_role(viewer_for(actor), membership).require()
    if role != membership.role:
        membership.role = role
        membership.save(update_fields=["role"])
        log(audit.ROLE_GIVEN, membership, actor, role=role)


def confirm(membership: Membership, *, actor: Member | None = None) -> None:
    """Confirm the membership. The first confirmed member claims the organisation and becomes its administrator."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    first = not organisation.memberships.confirmed().exists()
    if organisation.awaits_staff:
        publish_organisation(organisation)
    if first:
        membership.role = Role.ADMIN
        organisation.claimed_at = timezone.now()
        organisation.is_reference = False
        organisation.save(update_fields=["claimed_at", "is_reference", "updated_at"])
    membership.confirmed_at = timezone.now()
    membership.save(update_fields=["role", "confirmed_at"])
    log(audit.MEMBER_CONFIRMED, membership, actor, role=membership.role)
    send_on_commit(
        membership_confirmed,
        MembershipConfirmed(membership.organisation_id, membership.member_id, actor.pk if actor else None),
    )


def publish_organisation(organisation: Organisation) -> None:
    """Show the organisation to everyone, where only staff and its members saw it.

    An organisation of the same name that an inventory added meanwhile goes on the list from which staff merge.
    """
    set_visibility(instance=organisation, visibility=Visibility.PUBLIC, is_out=True)
    others = Organisation.objects.filter(country=organisation.country_id).exclude(pk=organisation.pk)
    for twin in others.taking_name(organisation.name, public=PUBLIC_KINDS).distinct():
        if not twin.awaits_staff:
            MergeCandidate.objects.get_or_create(
                organisation=organisation, other=twin, defaults={"likeness": 1.0}
            )


def follow_members(organisation: Organisation) -> None:
    """Derive the audience of an organisation that waits for staff, after a membership began or ended. Idempotent."""
    if not organisation.awaits_staff:
        return
    derive_audiences([organisation])


@transaction.atomic
def decline_membership(*, actor: Member, membership: Membership) -> None:
    """Decline a request, or end a colleague's membership."""
    policies.can_decline(viewer_for(actor), membership).require()
    log(audit.MEMBER_ENDED if membership.confirmed_at else audit.MEMBER_DECLINED, membership, actor)
    membership.delete()


@transaction.atomic
def undo_answer(*, actor: Member, answer: Answer) -> None:
    """Restore the request as it was before the answer, without new notices. Raises `AnsweredSince`."""
    organisation = Organisation.objects.select_for_update().filter(pk=answer.organisation_id).first()
    if organisation is None:
        raise AnsweredSince
    policies.can_edit(viewer_for(actor), organisation).require()
    member = Member.objects.filter(pk=answer.member_id, is_active=True).first()
    if member is None or not answer.stands:
        raise AnsweredSince
    if answer.confirmed_at:
        membership = organisation.memberships.get(member=member)
        unconfirm(membership, was_reference=answer.was_reference, awaited_staff=answer.awaited_staff)
        log(audit.CONFIRMATION_UNDONE, membership, actor)
    else:
        membership = Membership.objects.create(organisation=organisation, member=member)
        Membership.objects.filter(pk=membership.pk).update(created_at=answer.asked_at)
        log(audit.DECLINING_UNDONE, membership, actor)


def unconfirm(membership: Membership, *, was_reference: bool, awaited_staff: bool) -> None:
    """Undo `confirm`. An organisation without other confirmed members is unclaimed again. A new public body is then
    visible to staff and its members only, unless a project has been published in its name."""
    membership.role, membership.confirmed_at = Role.MEMBER, None
    membership.save(update_fields=["role", "confirmed_at"])
    organisation = membership.organisation
    if not organisation.memberships.confirmed().exists():
        organisation.claimed_at, organisation.is_reference = None, was_reference
        if awaited_staff and not organisation.projects.meeting([PUBLIC]).exists():
            set_visibility(instance=organisation, visibility=Visibility.PUBLIC, is_out=False)
        organisation.save(update_fields=["claimed_at", "is_reference", "updated_at"])


def log(verb: str, membership: Membership, actor: Member | None, **facts: str) -> None:
    log_action(
        actor=actor, action=verb, subject=membership.organisation, member=membership.member_id, **facts
    )


@transaction.atomic
def edit_organisation(
    *, actor: Member, organisation: Organisation, description: str, website: str, description_en: str = ""
) -> None:
    policies.can_edit(viewer_for(actor), organisation).require()
    keep_html([description, description_en])
    organisation.description, organisation.description_en = description, description_en
    organisation.website = website
    organisation.clean_fields(exclude={"subject", "name", "slug", "key", "kind", "code", "email_domain"})
    organisation.save(update_fields=["description", "description_en", "website", "updated_at"])

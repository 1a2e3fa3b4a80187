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
    Statement,
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
    """The request was answered anew, or the member asked again, or it was too long ago."""

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
    """Keep what a new member wrote of their organisation until they confirm their address. Before that, no organisation
    is added and no administrator gets a request. `known` is an organisation that exists."""
    plan, _is_new = PlannedOrganisation.objects.update_or_create(
        member=member, defaults={"name": name, "kind": kind, "place": place, "known": known}
    )
    return plan


@transaction.atomic
def carry_out_plan(*, member: Member) -> None:
    """Ask to join, or found, the organisation that the member named at sign-up. Where a new one cannot be founded any
    more, the plan stays, so that the member can choose another name."""
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
    """Add an organisation. The actor becomes its administrator; of a public body, or of one that is named like one,
    once staff have confirmed it, and until then only staff and its members see it. What the actor planned is done.
    Raises `NotAllowed`, `NameTaken` and `NameUnclear`."""
    policies.can_create_organisation(viewer_for(actor)).require()
    # Before the next lock, as `carry_out_plan` takes the two.
    PlannedOrganisation.objects.filter(member=actor).delete()
    # Of those that add one at once, in whichever country, each waits here, and sees which names and slugs are taken.
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
    """Ask to speak for an organisation. Confirmed at once when the actor's verified address is of its domain;
    otherwise an administrator, or staff while there is none, lets the actor in. Idempotent. Raises `NotAllowed`."""
    policies.can_join(viewer_for(actor), organisation).require()
    membership, is_new = Membership.objects.get_or_create(organisation=organisation, member=actor)
    confirm_by_address(member=actor)
    membership.refresh_from_db()
    if is_new and membership.confirmed_at is None:
        send_on_commit(membership_requested, MembershipRequested(organisation.pk, actor.pk))
    return membership


@transaction.atomic
def confirm_by_address(*, member: Member) -> None:
    """Let the member in wherever a verified address of theirs is of the organisation's own domain."""
    domains = {
        fold_domain(address.rpartition("@")[2])
        for address in EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)
    }
    waiting = member.memberships.waiting().filter(organisation__email_domain__in=domains - {""})
    for membership in waiting.select_related("organisation"):
        confirm(membership)


@transaction.atomic
def confirm_membership(*, actor: Member, membership: Membership) -> None:
    """Let a waiting member in. Twice changes nothing."""
    policies.can_confirm(viewer_for(actor), membership).require()
    if membership.confirmed_at is None:
        confirm(membership, actor=actor)


@transaction.atomic
def give_role(*, actor: Member, membership: Membership, role: str) -> None:
    """One of `Role`. That which they have changes nothing."""
    policies.can_give_role(viewer_for(actor), membership).require()
    if role != membership.role:
        membership.role = role
        membership.save(update_fields=["role"])
        tell(audit.ROLE_GIVEN, membership, actor, role=role)


def confirm(membership: Membership, *, actor: Member | None = None) -> None:
    """Confirm. The first to be confirmed claims the organisation and becomes its administrator."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    first = not organisation.memberships.confirmed().exists()
    if organisation.awaits_staff:
        open_to_all(organisation)
    if first:
        membership.role = Role.ADMIN
        organisation.claimed_at = timezone.now()
        organisation.is_reference = False
        organisation.save(update_fields=["claimed_at", "is_reference", "updated_at"])
    membership.confirmed_at = timezone.now()
    membership.save(update_fields=["role", "confirmed_at"])
    tell(audit.MEMBER_CONFIRMED, membership, actor, role=membership.role)
    send_on_commit(
        membership_confirmed,
        MembershipConfirmed(membership.organisation_id, membership.member_id, actor.pk if actor else None),
    )


def open_to_all(organisation: Organisation) -> None:
    """Show to everybody what only staff and its members saw. An organisation of the same name that an inventory brought
    meanwhile is put on the list that staff merge from."""
    set_visibility(instance=organisation, visibility=Visibility.PUBLIC, is_out=True)
    others = Organisation.objects.filter(country=organisation.country_id).exclude(pk=organisation.pk)
    for twin in others.taking_name(organisation.name, public=PUBLIC_KINDS).distinct():
        if not twin.awaits_staff:
            MergeCandidate.objects.get_or_create(
                organisation=organisation, other=twin, defaults={"likeness": 1.0}
            )


def follow_members(organisation: Organisation) -> None:
    """Rewrite who sees an organisation that waits for staff, after a membership began or ended. Idempotent."""
    if not organisation.awaits_staff:
        return
    derive_audiences([organisation])


@transaction.atomic
def decline_membership(*, actor: Member, membership: Membership) -> None:
    """Turn a request down, or take a colleague's right to speak for the organisation away."""
    policies.can_decline(viewer_for(actor), membership).require()
    tell(audit.MEMBER_ENDED if membership.confirmed_at else audit.MEMBER_DECLINED, membership, actor)
    membership.delete()


@transaction.atomic
def undo_answer(*, actor: Member, answer: Answer) -> None:
    """The request waits as it did before it was answered, and nobody is told of it anew. Raises `AnsweredSince`."""
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
        tell(audit.LETTING_IN_UNDONE, membership, actor)
    else:
        membership = Membership.objects.create(organisation=organisation, member=member)
        Membership.objects.filter(pk=membership.pk).update(created_at=answer.asked_at)
        tell(audit.DECLINING_UNDONE, membership, actor)


def unconfirm(membership: Membership, *, was_reference: bool, awaited_staff: bool) -> None:
    """The opposite of `confirm`. An organisation without other confirmed members is unclaimed again. A new public body
    is then visible to staff and its members only, unless a project has been published in its name."""
    membership.role, membership.confirmed_at = Role.MEMBER, None
    membership.save(update_fields=["role", "confirmed_at"])
    organisation = membership.organisation
    if not organisation.memberships.confirmed().exists():
        organisation.claimed_at, organisation.is_reference = None, was_reference
        if awaited_staff and not organisation.projects.meeting([PUBLIC]).exists():
            set_visibility(instance=organisation, visibility=Visibility.PUBLIC, is_out=False)
        organisation.save(update_fields=["claimed_at", "is_reference", "updated_at"])


def tell(verb: str, membership: Membership, actor: Member | None, **facts: str) -> None:
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


@transaction.atomic
def state(*, actor: Member, organisation: Organisation, kind: str, text: str) -> Statement:
    """Say something the organisation does, offers or seeks."""
    policies.can_speak_for(viewer_for(actor), organisation).require()
    return Statement.objects.create(organisation=organisation, kind=kind, text=text)


@transaction.atomic
def withdraw_statement(*, actor: Member, statement: Statement) -> None:
    policies.can_speak_for(viewer_for(actor), statement.organisation).require()
    statement.delete()

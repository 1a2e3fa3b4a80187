from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.signals import email_confirmed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from community.organisations.models import Membership, Organisation, Role
from community.organisations.services import carry_out_plan, confirm_by_address, follow_members
from community.organisations.signals import OrganisationsChanged, organisations_changed
from core.audience import (
    RightsChanged,
    administrator_token,
    applicant_token,
    organisation_token,
    provide_tokens,
    rights_changed,
)
from core.signals import send_on_commit, send_state
from knowledge.rendering import keep_html_of


@provide_tokens
def organisation_tokens(member_ids: Collection[int]) -> Iterable[tuple[int, str]]:
    memberships = Membership.objects.filter(member__in=member_ids)
    for pk, organisation, role, since in memberships.values_list(
        "member", "organisation", "role", "confirmed_at"
    ):
        if since is None:
            yield pk, applicant_token(organisation)
            continue
        yield pk, organisation_token(organisation)
        if role == Role.ADMIN:
            yield pk, administrator_token(organisation)


@receiver(email_confirmed)
def address_confirmed(sender: type, email_address: Any, **kwargs: Any) -> None:
    confirm_by_address(member=email_address.user)
    carry_out_plan(member=email_address.user)


@receiver([post_save, post_delete], sender=Organisation)
def organisation_saved(sender: type, instance: Organisation, **kwargs: Any) -> None:
    send_state(organisations_changed, OrganisationsChanged((instance.pk,)))


@receiver(post_save, sender=Organisation)
def keep_html(sender: type, instance: Organisation, **kwargs: Any) -> None:
    keep_html_of(instance, kwargs["update_fields"])


@receiver([post_save, post_delete], sender=Membership)
def membership_saved(sender: type, instance: Membership, **kwargs: Any) -> None:
    send_on_commit(rights_changed, RightsChanged(instance.member_id))


@receiver([post_save, post_delete], sender=Membership)
def audience_follows(sender: type, instance: Membership, **kwargs: Any) -> None:
    if organisation := Organisation.objects.filter(pk=instance.organisation_id).first():
        follow_members(organisation)

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db.models import CharField, Value
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver

from community.audit.actions import log_action
from community.members import audit
from community.members.models import Member
from community.members.roles import TOKENS
from core.audience import ADDRESS_CONFIRMED, RightsChanged, provide_tokens, rights_changed
from core.mail_addresses import fold_address
from core.signals import send_on_commit

GIVES_RIGHTS = {"is_active", "is_staff", "sessions_ended"}
RIGHTS = ("is_active", "is_staff", "is_superuser")


@provide_tokens
def role_tokens(member_ids: Collection[int]) -> Iterable[tuple[int, str]]:
    """The roles of each member, and whether one of their addresses is confirmed. One query."""
    groups = Member.groups.through.objects.filter(member__in=member_ids, group__name__in=TOKENS)
    confirmed = EmailAddress.objects.filter(user__in=member_ids, verified=True)
    held = groups.values_list("member", "group__name").union(
        confirmed.values_list("user", Value(ADDRESS_CONFIRMED, output_field=CharField()))
    )
    return [(pk, TOKENS.get(name, name)) for pk, name in held]


@receiver(post_save, sender=Member)
def member_saved(
    sender: type, instance: Member, *, created: bool, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """Closing an account, or making a member staff, changes what their open pages may receive. The sessions of a closed
    account end, and do not return when the account is opened again."""
    if not created and (update_fields is None or GIVES_RIGHTS & set(update_fields)):
        if not instance.is_active:
            instance.sessions_ended += 1
            Member.objects.filter(pk=instance.pk).update(sessions_ended=instance.sessions_ended)
        announce([instance.pk])


@receiver(m2m_changed, sender=Member.groups.through)
def role_given_or_taken(
    sender: type, *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """`m2m_changed` fires from both sides of the relation: a member's groups changed, or a group's members."""
    if action in ("post_add", "post_remove"):
        announce(pk_set or () if reverse else [instance.pk])
    elif action == "pre_clear":
        announce(members_of(instance) if reverse else [instance.pk])
    if action == "pre_clear":
        pk_set = set(members_of(instance) if reverse else instance.groups.values_list("pk", flat=True))
    if action in ("post_add", "post_remove", "pre_clear"):
        verb = audit.ROLE_GIVEN if action == "post_add" else audit.ROLE_TAKEN
        for pk in sorted(pk_set or ()):
            member_id, group_id = (pk, instance.pk) if reverse else (instance.pk, pk)
            log_action(actor=None, action=verb, subject=Member(pk=member_id), group=group_id)


@receiver(pre_save, sender=Member)
def right_given_or_taken(
    sender: type, instance: Member, *, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    named = set(RIGHTS) if update_fields is None else set(RIGHTS) & set(update_fields)
    before = Member.objects.filter(pk=instance.pk).values(*RIGHTS).first() if named and instance.pk else None
    for right in sorted(named) if before else ():
        if before and before[right] != (given := getattr(instance, right)):
            verb = audit.RIGHT_GIVEN if given else audit.RIGHT_TAKEN
            log_action(actor=None, action=verb, subject=instance, right=right)


@receiver(pre_save, sender=Member)
def address_changed_for_them(
    sender: type, instance: Member, *, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """Make an address that staff entered for a member unconfirmed, and delete the former ones. An address that the
    member confirmed is in `EmailAddress` before it is saved here."""
    if update_fields is not None and "email" not in update_fields:
        return
    before = Member.objects.filter(pk=instance.pk).values_list("email", flat=True).first()
    email, known = fold_address(instance.email), EmailAddress.objects.filter(user=instance.pk)
    if before and fold_address(before) != email and not known.filter(email__iexact=email).exists():
        known.delete()
        EmailAddress.objects.create(user=instance, email=email, primary=True, verified=False)
        log_action(actor=None, action=audit.ADDRESS_CHANGED, subject=instance)


@receiver(post_save, sender=Member)
def born_with_rights(sender: type, instance: Member, *, created: bool, **kwargs: Any) -> None:
    for right in ("is_staff", "is_superuser"):
        if created and getattr(instance, right):
            log_action(actor=None, action=audit.RIGHT_GIVEN, subject=instance, right=right)


@receiver([post_save, pre_delete], sender=Group)
def group_renamed_or_gone(sender: type, instance: Group, **kwargs: Any) -> None:
    """A role is identified by its group's name."""
    announce(members_of(instance))


def members_of(group: Group) -> list[int]:
    return list(Member.objects.filter(groups=group).values_list("pk", flat=True))


def announce(member_ids: Iterable[int]) -> None:
    for member_id in member_ids:
        send_on_commit(rights_changed, RightsChanged(member_id))

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.dispatch import receiver

from community.members.models import Member
from community.members.roles import TOKENS
from foundation.audience import RightsChanged, provide_tokens, rights_changed
from foundation.signals import send_on_commit

GIVES_RIGHTS = {"is_active", "is_staff"}


@provide_tokens
def role_tokens(member_id: int) -> Iterable[str]:
    held = Group.objects.filter(user=member_id, name__in=TOKENS).values_list("name", flat=True)
    return [TOKENS[name] for name in held]


@receiver(post_save, sender=Member)
def member_saved(
    sender: type, instance: Member, *, created: bool, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """Closing an account, or making somebody staff, changes what their open pages may hear at once."""
    if not created and (update_fields is None or GIVES_RIGHTS & set(update_fields)):
        announce([instance.pk])


@receiver(m2m_changed, sender=Member.groups.through)
def role_given_or_taken(
    sender: type, *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Told from either end: a member's groups changed, or a group's members."""
    if action in ("post_add", "post_remove"):
        announce(pk_set or () if reverse else [instance.pk])
    elif action == "pre_clear":
        announce(members_of(instance) if reverse else [instance.pk])


@receiver([post_save, pre_delete], sender=Group)
def group_renamed_or_gone(sender: type, instance: Group, **kwargs: Any) -> None:
    """A role goes by its group's name."""
    announce(members_of(instance))


def members_of(group: Group) -> list[int]:
    return list(Member.objects.filter(groups=group).values_list("pk", flat=True))


def announce(member_ids: Iterable[int]) -> None:
    for member_id in member_ids:
        send_on_commit(rights_changed, RightsChanged(member_id))

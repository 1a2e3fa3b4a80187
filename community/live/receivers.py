"""A member whose rights changed, or who signed out, loses all sockets; permission is checked when they reconnect."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from community.live.publish import member_changed
from core.audience import RightsChanged, rights_changed


@receiver(rights_changed)
def close_sockets_of_member(sender: type, fact: RightsChanged, **kwargs: Any) -> None:
    member_changed(fact.member_id)


@receiver(user_logged_out)
def close_sockets_at_sign_out(sender: type, user: Any, **kwargs: Any) -> None:
    if user:
        member_changed(user.pk)

"""How members want notices of each kind: their choices in this package, and their subscriptions in `community.mail`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from community.mail.models import Subscription
from community.notifications import kinds
from community.notifications.kinds import Kind
from community.notifications.models import Choice

Mail = Literal["at_once", "digest", "off"]


@dataclass(frozen=True)
class Preference:
    on_site: bool
    mail: Mail

    def less(self) -> Preference:
        """The preference one step lower."""
        if self.mail == "off":
            return replace(self, on_site=False)
        return replace(self, mail="digest" if self.mail == "at_once" else "off")

    def more(self, *, needs_answer: bool) -> Preference:
        """The preference one step higher."""
        if not self.on_site:
            return replace(self, on_site=True)
        return replace(self, mail="digest" if self.mail == "off" or not needs_answer else "at_once")


def _preference(kind: Kind, choice: Choice | None, *, no_mail: bool) -> Preference:
    at_once = kind.needs_answer and (choice is None or choice.at_once)
    mail: Mail = "off" if no_mail else "at_once" if at_once else "digest"
    return Preference(choice is None or choice.on_site, mail)


def preferences_for(kind: Kind, member_ids: Collection[int]) -> dict[int, Preference]:
    """The preference of each member. Members who turned the kind off completely are left out. Two queries."""
    choices = {one.member_id: one for one in Choice.objects.filter(kind=kind.code, member__in=member_ids)}
    off = Subscription.objects.filter(address__member__in=member_ids, stream=kind.stream, wanted=False)
    no_mail = set(off.values_list("address__member", flat=True))
    preferences = {pk: _preference(kind, choices.get(pk), no_mail=pk in no_mail) for pk in member_ids}
    return {
        pk: preference
        for pk, preference in preferences.items()
        if preference.on_site or preference.mail != "off"
    }


def preferences_of(member_id: int) -> dict[str, Preference]:
    """The preference for each kind, by its code. Two queries."""
    choices = {one.kind: one for one in Choice.objects.filter(member=member_id)}
    off = set(streams_off(member_id))
    return {
        kind.code: _preference(kind, choices.get(kind.code), no_mail=kind.stream in off)
        for kind in kinds.all_kinds()
    }


def streams_off(member_id: int) -> Collection[str]:
    """Streams of mail that the member has turned off."""
    off = Subscription.objects.filter(address__member=member_id, wanted=False)
    return off.values_list("stream", flat=True)

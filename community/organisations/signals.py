"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.signals import Fact


@dataclass(frozen=True)
class OrganisationsChanged:
    """STATE: these organisations were created, deleted, or changed in a way that readers see. May repeat."""

    organisation_ids: tuple[int, ...]


organisations_changed = Signal()


@dataclass(frozen=True)
class OrganisationsMerging:
    """The rows of one organisation are about to move to another. Sent once, in the transaction, before any row moves.
    A receiver moves what belongs to rows of which the other has its own, since those are deleted."""

    keep_id: int
    absorb_id: int


organisations_merging = Signal()


@dataclass(frozen=True)
class MembershipRequested:
    """FACT: a member asks to speak for an organisation, and waits for an answer."""

    organisation_id: int
    member_id: int


@dataclass(frozen=True)
class MembershipConfirmed:
    """FACT: a member may now speak for an organisation. `actor_id` confirmed them; None where their address did, or
    they created it."""

    organisation_id: int
    member_id: int
    actor_id: int | None = None


membership_requested = Fact()
membership_confirmed = Fact()

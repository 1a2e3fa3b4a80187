"""An answer to a request to speak for an organisation. The browser keeps it, signed, while it may be undone."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from django.core import signing

from community.organisations.models import Membership

UNDO_WITHIN = timedelta(days=1)
SALT = "organisations.answers"


@dataclass(frozen=True)
class Answer:
    """`confirmed_at` is None where the request was declined. `asked_at`, `was_reference` and `awaited_staff` are the
    values before the answer."""

    organisation_id: int
    member_id: int
    asked_at: datetime
    was_reference: bool
    awaited_staff: bool
    confirmed_at: datetime | None = None

    @classmethod
    def awaited(cls, membership: Membership) -> Answer:
        """Read the values before the request is answered."""
        return cls(
            membership.organisation_id,
            membership.member_id,
            membership.created_at,
            membership.organisation.is_reference,
            membership.organisation.awaits_staff,
        )

    @property
    def stands(self) -> bool:
        """Whether the membership has not changed since the answer."""
        theirs = Membership.objects.filter(organisation=self.organisation_id, member=self.member_id)
        if self.confirmed_at:
            return theirs.filter(confirmed_at=self.confirmed_at).exists()
        return not theirs.exists()

    def sealed(self) -> str:
        """Return the answer signed, for an address or a form. Anyone can read it, and no one can forge it."""
        said = [value.isoformat() if isinstance(value, datetime) else value for value in astuple(self)]
        return signing.dumps(said, salt=SALT)

    @classmethod
    def opened(cls, seal: str) -> Answer | None:
        """Return the answer; None where the signature is invalid or too old."""
        try:
            organisation, member, asked, was_reference, awaited_staff, confirmed = signing.loads(
                seal, salt=SALT, max_age=UNDO_WITHIN
            )
        except (signing.BadSignature, ValueError):
            return None
        confirmed_at = datetime.fromisoformat(confirmed) if confirmed else None
        return cls(
            organisation, member, datetime.fromisoformat(asked), was_reference, awaited_staff, confirmed_at
        )

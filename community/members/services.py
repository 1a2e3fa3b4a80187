from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from community.audit.actions import log_action
from community.members import audit, policies, second_factor
from community.members.models import Consent, Member
from core.audience import viewer_for
from knowledge.models import PolicyText


@transaction.atomic
def edit_profile(*, actor: Member, member: Member, first_name: str, last_name: str, title: str) -> None:
    policies.can_edit_profile(viewer_for(actor), member).require()
    member.first_name, member.last_name, member.title = first_name, last_name, title
    member.save(update_fields=["first_name", "last_name", "title"])


@transaction.atomic
def reset_second_factor(*, actor: Member, member: Member) -> None:
    """Let a member who has lost phone and recovery codes set up a second factor again. Their sessions end."""
    policies.can_reset_second_factor(viewer_for(actor), member).require()
    second_factor.reset(member)
    log_action(actor=actor, action=audit.SECOND_FACTOR_RESET, subject=member)


@transaction.atomic
def accept_terms(*, member: Member, versions: str) -> list[Consent]:
    """Store that the member accepts the terms and the text on personal data, in the `versions` that the form showed.

    These are the versions in force and the announced ones. A text that is already accepted is not stored twice. A
    version published meanwhile still has to be accepted.
    """
    today, language = timezone.localdate(), get_language() or ""
    present, coming = PolicyText.objects.published(today)
    texts = [
        PolicyText.objects.of_date(code, since, language)
        for code, since in (*present.items(), *coming.items())
        if f"{code}:{since}" in versions.split()
    ]
    given = [Consent.objects.get_or_create(member=member, text=text)[0] for text in texts]
    member.policies_read = " ".join(sorted(f"{text.code}:{text.in_force}" for text in texts))
    member.save(update_fields=["policies_read"])
    return given

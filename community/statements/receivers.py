"""Keeps statements right when they, what they are about, or memberships change."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from community.organisations.models import Membership
from community.participation.models import Participation, Role
from community.statements import topics
from community.statements.models import Statement
from community.statements.signals import StatementsChanged, statements_changed
from core.audience import saves_audience
from core.signals import send_state
from subjects.models import Subject, Visibility
from subjects.services import derive_audiences

OWN_KIND = "statement"


@receiver([post_save, post_delete], sender=Statement)
def statement_saved(sender: type, instance: Statement, **kwargs: Any) -> None:
    send_state(statements_changed, StatementsChanged((instance.pk,)))


@receiver(m2m_changed, sender=Statement.areas.through)
@receiver(m2m_changed, sender=Statement.technologies.through)
def terms_changed(sender: type, instance: Any, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, Statement):
        send_state(statements_changed, StatementsChanged((instance.pk,)))


@receiver(post_save, sender=Subject)
def audience_follows(
    sender: type, instance: Subject, *, created: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    """A statement is never wider than its organisation and what it is about."""
    if created or instance.kind == OWN_KIND or not saves_audience(update_fields):
        return
    within = Statement.objects.filter(Q(about=instance) | Q(organisation__subject=instance))
    derive_audiences(within.select_related("subject", "organisation__subject", "about"))


@receiver([post_save, post_delete], sender=Participation)
def partners_changed(sender: type, instance: Participation, **kwargs: Any) -> None:
    """Partners see what is said for the organisation and its partners."""
    for_partners = Statement.objects.filter(subject__visibility=Visibility.ORGANISATION)
    about = {row.subject_id for row in (instance, instance.before) if row and row.role == Role.PARTNER}
    if about:
        derive_audiences(
            for_partners.filter(about__in=about).select_related("subject", "organisation__subject", "about")
        )


@receiver([post_save, post_delete], sender=Membership)
def contact_left(sender: type, instance: Membership, **kwargs: Any) -> None:
    """A member who no longer speaks for an organisation is no longer the contact of its statements."""
    is_deleted = kwargs["signal"] is post_delete
    if instance.confirmed_at is not None and not is_deleted:
        return
    theirs = Statement.objects.filter(organisation=instance.organisation_id, contact=instance.member_id)
    if not is_deleted:
        # A member who waits stays the contact of statements about their own draft.
        theirs = theirs.exclude(author=instance.member_id, about__is_out=False)
    left = list(theirs)
    if left:
        theirs.update(contact=None)
        topics.invalidate(left)

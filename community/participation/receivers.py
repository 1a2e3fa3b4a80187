"""Updates subjects when participations change, and when their authors' memberships of the owners change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from community.organisations.models import Membership
from community.participation.models import Participation, Role
from knowledge.authorship import ends_authorship
from knowledge.models import Work
from subjects.models import Subject
from subjects.services import derive_audiences, set_owner
from subjects.types import subject_type


@receiver(pre_save, sender=Participation)
def note_stored_row(sender: type, instance: Participation, update_fields: Any = None, **kwargs: Any) -> None:
    """Keep the row as it was, where the save may move it to another subject, organisation or role."""
    moves = update_fields is None or {"subject", "organisation", "role"} & set(update_fields)
    instance.before = Participation.objects.filter(pk=instance.pk).first() if instance.pk and moves else None


@receiver([post_save, post_delete], sender=Participation)
def participation_saved(sender: type, instance: Participation, **kwargs: Any) -> None:
    rows = [row for row in (instance, instance.before) if row]
    for subject_id in dict.fromkeys(row.subject_id for row in rows):
        update_subject(subject_id, {row.role for row in rows})


def update_subject(subject_id: int, roles: Collection[str]) -> None:
    """Store the owner and the audience of a subject whose participations of these roles changed. May be called
    twice."""
    subject = Subject.objects.filter(pk=subject_id).first()
    found = subject.object if subject else None
    if subject is None or found is None:
        return
    declared = subject_type(subject.kind)
    if Role.OWNER in roles and declared.state(found).owner_id is None:
        owners = Participation.objects.filter(subject=subject).owners()
        set_owner(subject=found.subject, owner_id=owners.values_list("organisation", flat=True).first())
    if Role.OWNER in roles or Role.PARTNER in roles:
        derive_audiences([found])
    declared.announce(found)


@receiver([post_save, post_delete], sender=Membership)
def membership_saved(sender: type, instance: Membership, **kwargs: Any) -> None:
    """The author of an organisation's draft sees it while the membership lasts."""
    owned = Participation.objects.owners().filter(organisation=instance.organisation_id)
    works = Work.objects.filter(subject__in=owned.values("subject"), pages__owner=instance.member_id)
    derive_audiences(works.select_related("subject").distinct())


@ends_authorship
def left(member_id: int) -> QuerySet[Any]:
    """Works of organisations that the member neither belongs to nor had asked to join when the works were written. A
    new request, after a membership has ended, restores no authorship."""
    owned = Participation.objects.owners()
    memberships = Membership.objects.filter(member=member_id, organisation=OuterRef("organisation"))
    lasting = Q(confirmed_at__isnull=False) | Q(created_at__lte=OuterRef("created_at"))
    theirs = owned.filter(Exists(memberships.filter(lasting)))
    of_others = owned.exclude(subject__in=theirs.values("subject")).values("subject")
    return Work.objects.filter(subject__in=of_others).values("pk")

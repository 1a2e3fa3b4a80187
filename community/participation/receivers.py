"""Updates subjects when participations change, and when their authors' memberships of the owners change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.signals import page_published

from community.organisations.models import Membership
from community.organisations.signals import OrganisationsMerging, organisations_merging
from community.participation.models import Participation, Result, Role, StageChange
from community.participation.services import record_stage
from knowledge.authorship import ends_authorship
from knowledge.models import Stage, UseCasePage, Work
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


@receiver(post_save, sender=Participation)
def stage_saved(sender: type, instance: Participation, *, created: bool, **kwargs: Any) -> None:
    """Record the stage of an organisation that takes part. The owner's is that of the subject itself."""
    if instance.role == Role.OWNER or instance.is_reference or not instance.stage:
        return
    actor = get_active_log_context().user
    record_stage(
        subject_id=instance.subject_id,
        organisation_id=instance.organisation_id,
        stage=instance.stage,
        note=instance.note if Stage(instance.stage).is_stopped else "",
        by_id=instance.author_id if created else actor and actor.pk,
        is_new=created,
    )


@receiver(pre_delete, sender=Participation)
def participation_ends(sender: type, instance: Participation, **kwargs: Any) -> None:
    """Delete the stages that the organisation came to, unless it takes part in another way."""
    of_same = Participation.objects.filter(subject=instance.subject_id, organisation=instance.organisation_id)
    if not of_same.exclude(pk=instance.pk).exists():
        StageChange.objects.filter(
            subject=instance.subject_id, organisation=instance.organisation_id
        ).delete()


@receiver(organisations_merging)
def keep_results_of_both(sender: type, fact: OrganisationsMerging, **kwargs: Any) -> None:
    """Give the kept organisation's participations the results of those that are its own already."""
    absorbed = Participation.objects.filter(organisation=fact.absorb_id)
    kept = {
        (each.subject_id, each.role): each for each in Participation.objects.filter(organisation=fact.keep_id)
    }
    for each in absorbed:
        if same := kept.get((each.subject_id, each.role)):
            Result.objects.filter(participation=each).update(participation=same)


@receiver(page_published)
def use_case_published(sender: type, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    """Record the stage of the page that was written first. A translation may lag behind it."""
    if not isinstance(instance, UseCasePage) or instance.work is None:
        return
    pages = UseCasePage.objects.filter(work=instance.work, live=True)
    if pages.exclude(pk=instance.pk).filter(pk__lt=instance.pk).exists():
        return
    record_stage(
        subject_id=instance.work.subject_id,
        stage=instance.stage,
        note=instance.stop_reason if Stage(instance.stage).is_stopped else "",
        by_id=revision and revision.user_id,
        is_new=instance.first_published_at == instance.last_published_at,
    )


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

"""Whatever way a project changes, the rooms above hear of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from community.organisations.models import Membership
from community.participation.models import Participation, Role
from community.projects.models import Project
from community.projects.services import follow_membership
from community.projects.signals import ProjectsChanged, projects_changed
from core.signals import send_state
from knowledge.authorship import ends_authorship
from knowledge.models import Work
from knowledge.rendering import forget_html_of, keep_html_of
from knowledge.services import rewrite_audience
from knowledge.signals import WorksChanged, works_changed

DRAFT_FIELDS = frozenset({"latest_revision", "has_unpublished_changes"})
"""What saving a draft of a published project writes to its row. Readers see none of it."""


@receiver([post_save, post_delete, published, unpublished], sender=Project)
def project_saved(sender: type, instance: Project, update_fields: Any = None, **kwargs: Any) -> None:
    if update_fields is not None and update_fields <= DRAFT_FIELDS:
        return
    send_state(projects_changed, ProjectsChanged((instance.pk,)))


@receiver(post_save, sender=Project)
def keep_html(sender: type, instance: Project, **kwargs: Any) -> None:
    keep_html_of(instance, kwargs["update_fields"])


@receiver(post_delete, sender=Project)
def erase_html(sender: type, instance: Project, **kwargs: Any) -> None:
    forget_html_of(instance)


@receiver([post_save, post_delete], sender=Participation)
def participation_saved(sender: type, instance: Participation, **kwargs: Any) -> None:
    if instance.project_id:
        send_state(projects_changed, ProjectsChanged((instance.project_id,)))
    if instance.work_id:
        send_state(works_changed, WorksChanged((instance.work_id,)))


@receiver([post_save, post_delete], sender=Participation)
def owner_written_down(sender: type, instance: Participation, **kwargs: Any) -> None:
    """Whose a use case is decides how long its author sees the draft."""
    if instance.role == Role.OWNER and (work := Work.objects.filter(pk=instance.work_id or 0).first()):
        rewrite_audience(work)


@receiver([published, unpublished], sender=Project)
def audience_follows(sender: type, instance: Project, **kwargs: Any) -> None:
    """However a project is published or taken down, those who see it are those chosen for it."""
    audience = instance.audience_when(is_out=instance.live, is_taken_down=not instance.live)
    if instance.audience != audience:
        instance.audience = audience
        instance.save(update_fields=["audience"])


@receiver([post_save, post_delete], sender=Membership)
def rights_follow(sender: type, instance: Membership, **kwargs: Any) -> None:
    follow_membership(member_id=instance.member_id, organisation_id=instance.organisation_id)


@ends_authorship
def left(member_id: int) -> QuerySet[Any]:
    """Works of organisations which the member neither belongs to nor had asked to join when they were written. To ask
    again, after a membership has ended, brings no work back."""
    owned = Participation.objects.filter(role=Role.OWNER, work__isnull=False)
    memberships = Membership.objects.filter(member=member_id, organisation=OuterRef("organisation"))
    lasting = Q(confirmed_at__isnull=False) | Q(created_at__lte=OuterRef("created_at"))
    theirs = owned.filter(Exists(memberships.filter(lasting)))
    return owned.exclude(work__in=theirs.values("work")).values("work")

"""Sends signals to the packages above when a project changes, whichever code changes it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from community.organisations.models import Membership
from community.participation.services import record_stage
from community.projects.models import Project
from community.projects.services import follow_membership
from community.projects.signals import ProjectsChanged, projects_changed
from core.signals import send_state
from knowledge.models import Stage
from knowledge.rendering import forget_html_of, keep_html_of

DRAFT_FIELDS = frozenset({"latest_revision", "has_unpublished_changes"})
"""The fields that saving a draft of a published project writes to its row. Readers see none of them."""


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


@receiver(published, sender=Project)
def published_by_any_way(sender: type, instance: Project, **kwargs: Any) -> None:
    """A project that was published belongs to the organisation, also when it is a draft again."""
    if instance.is_private or instance.unpublished_by_staff:
        instance.is_private = instance.unpublished_by_staff = False
        instance.save(update_fields=["is_private", "unpublished_by_staff"])


@receiver(published, sender=Project)
def stage_published(sender: type, instance: Project, revision: Any = None, **kwargs: Any) -> None:
    record_stage(
        subject_id=instance.subject_id,
        stage=instance.stage,
        note=instance.stop_reason if Stage(instance.stage).is_stopped else "",
        by_id=revision and revision.user_id,
        is_new=instance.first_published_at == instance.last_published_at,
    )


@receiver(unpublished, sender=Project)
def unpublished_by_any_way(sender: type, instance: Project, **kwargs: Any) -> None:
    """Mark the project as unpublished by staff, in the admin or by its schedule. `services.withdraw_project` removes
    the mark."""
    instance.unpublished_by_staff = True
    instance.save(update_fields=["unpublished_by_staff"])


@receiver([post_save, post_delete], sender=Membership)
def rights_follow(sender: type, instance: Membership, **kwargs: Any) -> None:
    follow_membership(member_id=instance.member_id, organisation_id=instance.organisation_id)

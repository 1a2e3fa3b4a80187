"""Whatever way a project changes, the rooms above hear of it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from community.projects.models import Participation, Project
from community.projects.signals import ProjectsChanged, projects_changed
from foundation.audience import EDITORS, PUBLIC, STAFF, member_token, organisation_token
from foundation.signals import send_state
from knowledge.signals import WorkChanged, work_changed


@receiver([post_save, post_delete, published, unpublished], sender=Project)
def project_saved(sender: type, instance: Project, **kwargs: Any) -> None:
    send_state(projects_changed, ProjectsChanged((instance.pk,)))


@receiver([post_save, post_delete], sender=Participation)
def participation_saved(sender: type, instance: Participation, **kwargs: Any) -> None:
    if instance.project_id:
        send_state(projects_changed, ProjectsChanged((instance.project_id,)))
    if instance.work_id:
        send_state(work_changed, WorkChanged(instance.work_id))


@receiver(unpublished, sender=Project)
def taken_down(sender: type, instance: Project, **kwargs: Any) -> None:
    """What is taken down in the admin is seen by staff and editors, its author and its organisation."""
    audience = {STAFF, EDITORS, organisation_token(instance.organisation_id)}
    if instance.author_id:
        audience.add(member_token(instance.author_id))
    instance.audience = frozenset(audience)
    instance.save(update_fields=["audience"])


@receiver(published, sender=Project)
def put_back(sender: type, instance: Project, **kwargs: Any) -> None:
    """What staff had taken down and publish again is everybody's again."""
    if STAFF in instance.audience:
        instance.audience = frozenset({PUBLIC})
        instance.save(update_fields=["audience"])

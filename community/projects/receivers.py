"""Whatever way a project changes, the rooms above hear of it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from foundation.signals import send_on_commit
from knowledge.signals import WorkChanged, work_changed
from wagtail.signals import published, unpublished

from community.projects.models import Participation, Project
from community.projects.signals import ProjectsChanged, projects_changed


@receiver([post_save, post_delete, published, unpublished], sender=Project)
def project_saved(sender: type, instance: Project, **kwargs: Any) -> None:
    send_on_commit(projects_changed, ProjectsChanged((instance.pk,)))


@receiver([post_save, post_delete], sender=Participation)
def participation_saved(sender: type, instance: Participation, **kwargs: Any) -> None:
    if instance.project_id:
        send_on_commit(projects_changed, ProjectsChanged((instance.project_id,)))
    else:
        send_on_commit(work_changed, WorkChanged(instance.work_id))

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.members.requests import MemberRequest
from community.projects import limits, policies, services
from community.projects.history import changes_along
from community.projects.models import Project

VERSIONS_SHOWN = 30


@login_required
def history(request: MemberRequest, pk: int) -> HttpResponse:
    """The versions with their authors and changes, newest first, for viewers who may edit."""
    project = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    policies.can_edit(request.viewer, project).require()
    revisions = list(
        project.revisions.select_related("user").order_by("-created_at", "-pk")[: VERSIONS_SHOWN + 1]
    )
    changes = reversed(changes_along([revision.content for revision in reversed(revisions)]))
    steps = [
        {
            "revision": revision,
            "is_public": project.live and revision.pk == project.live_revision_id,
            "is_latest": revision.pk == project.latest_revision_id,
            "is_first": revision is revisions[-1],
            "changes": changed,
        }
        for revision, changed in zip(revisions, changes, strict=True)
    ][:VERSIONS_SHOWN]
    return render(request, "projects/history.html", {"project": project, "steps": steps})


@login_required
@require_POST
def restore(request: MemberRequest, pk: int, revision: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    chosen = get_object_or_404(project.revisions, pk=revision)
    limits.SAVING.apply(request)
    services.restore_version(actor=request.user, project=project, revision=chosen)
    messages.success(
        request, _("The earlier version has been restored. The versions in between are still in the history.")
    )
    return redirect("projects:history", pk=pk)

"""The kind of subject of this package."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Membership
from community.participation.models import Participation, Role
from community.projects.models import Project
from community.projects.search import SEARCH
from community.projects.signals import ProjectsChanged, projects_changed
from community.projects.topics import topics_of
from core.audience import ANONYMOUS, EDITORS, STAFF, member_token, organisation_token
from core.signals import send_state
from subjects.audience import SubjectState
from subjects.listings import ApiRoutes, Sitemap, UrlRoutes
from subjects.models import Visibility
from subjects.types import SubjectType, register


def state_of_project(project: Project) -> SubjectState:
    """A project is out while it is published. Its organisation sees a draft. Only the author sees a draft written while
    waiting for confirmation, while the membership or the request exists."""
    return SubjectState(
        is_out=project.live,
        owner_id=project.organisation_id,
        partner_ids=partners_of(project),
        writers=() if project.live else writers_of(project),
    )


def partners_of(project: Project) -> list[int]:
    """The organisations that take part. Read only for a project that its organisation and its partners see."""
    if not (project.live and project.pk and project.visibility == Visibility.ORGANISATION):
        return []
    partners = Participation.objects.filter(subject=project.subject_id, role=Role.PARTNER)
    return list(partners.values_list("organisation", flat=True))


def writers_of(draft: Project) -> set[str]:
    if draft.is_private:
        belongs = Membership.objects.filter(
            member=draft.author_id, organisation=draft.organisation_id
        ).exists()
        return {member_token(draft.author_id)} if belongs and draft.author_id else set()
    own = {organisation_token(draft.organisation_id)}
    is_staffs_too = draft.unpublished_by_staff and draft.visibility != Visibility.ORGANISATION
    return own | ({STAFF, EDITORS} if is_staffs_too else set())


def announce_project(project: Project) -> None:
    send_state(projects_changed, ProjectsChanged((project.pk,)))


def public_projects() -> QuerySet[Any]:
    public = Project.objects.visible_to(ANONYMOUS).filter(live=True)
    return public.only("pk", "last_published_at").order_by("pk")


PROJECT = SubjectType(
    code="project",
    model=Project,
    label=_("Project"),
    label_plural=_("Projects"),
    language=lambda project: project.language,
    authors=lambda project: {project.author_id} - {None},
    announce=announce_project,
    state=state_of_project,
    topics=topics_of,
    position=20,
    urls=UrlRoutes(_("projects/"), "community.projects.urls"),
    search=SEARCH,
    sitemap=Sitemap("projects", public_projects),
    feed=None,
    api=ApiRoutes("/projects", "community.projects.api.router"),
)


def register_all() -> None:
    register(PROJECT)

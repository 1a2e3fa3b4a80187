from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404
from django.urls import URLPattern
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
)
from wagtail.snippets.views.snippets import SnippetViewSet

from community.participation.models import Participation, Role
from community.projects.models import Project
from community.projects.policies import STAFF_SEE
from community.projects.subject_types import PROJECT
from core.audience import STAFF
from core.requests import SiteRequest
from knowledge.models import Stage, Story, Work
from knowledge.panels import fact_panels

STAGE = Column(
    "stage",
    label=_("Stage"),
    accessor=lambda row: Stage(row.stage).label if row.stage else "–",
    sort_key="stage",
)
ROLE = Column("role", label=_("Role"), accessor=lambda row: Role(row.role).label, sort_key="role")
ABOUT = Column("about", label=_("What it takes part in"), accessor=lambda row: str(row.subject.object or "–"))
UPDATED = DateColumn("updated_at", label=_("Updated"), sort_key="updated_at")


def listed_projects() -> QuerySet[Project]:
    """The projects that the admin shows: those that are not visible to one organisation only."""
    return Project.objects.meeting(STAFF_SEE)


def listed_participations() -> QuerySet[Participation]:
    return Participation.objects.filter(
        ~Q(subject__kind=PROJECT.code) | Q(subject__project__in=listed_projects())
    )


class OnlyListed(SnippetViewSet):
    """Restricts every view to the listed objects. Only Wagtail's list views call `get_queryset`; the others do not."""

    copy_view_enabled = False

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = super().get_urlpatterns()
        for pattern in patterns:
            pattern.callback = self.only_listed(pattern.callback)
        return patterns

    def only_listed(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "pk" in kwargs:
                get_object_or_404(self.get_queryset(request), pk=unquote(str(kwargs["pk"])))
            return view(request, *args, **kwargs)

        return guarded


class DeleteListed(DeleteBulkAction):
    """Delete several objects at once, of those in the admin's list only: the page shows their titles."""

    @classproperty
    def models(cls) -> list[type[Model]]:
        return [Project, Participation]

    @classmethod
    def get_queryset(cls, model: type[Model], object_ids: list[str]) -> list[Model]:
        listed = listed_projects() if model is Project else listed_participations()
        return get_list_or_404(listed, pk__in=object_ids)


hooks.register("register_bulk_action", DeleteListed, order=1)


class ListedProjects:
    """Mixed into the views of the chooser for projects."""

    def get_object_list(self) -> QuerySet[Project]:
        return listed_projects()


class ChooseListed(ListedProjects, ChooseView):
    pass


class ChooseResultsListed(ListedProjects, ChooseResultsView):
    pass


class ChosenListed(SnippetChosenView):
    def get_object(self, pk: Any) -> Project:
        return get_object_or_404(listed_projects(), pk=pk)


class ChosenMultipleListed(SnippetChosenMultipleView):
    def get_objects(self, pks: Any) -> QuerySet[Project]:
        return listed_projects().filter(pk__in=pks)


class ProjectChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ChooseListed
    choose_results_view_class = ChooseResultsListed
    chosen_view_class = ChosenListed
    chosen_multiple_view_class = ChosenMultipleListed


class ProjectViewSet(OnlyListed):
    """Staff may edit any project that is not visible to one organisation only."""

    model = Project
    chooser_viewset_class = ProjectChooserViewSet
    icon = "folder-open-1"
    list_display = ["title", "organisation", STAGE, UPDATED]
    list_filter = ["stage", "is_reference"]
    search_fields = ["title"]
    ordering = ["-updated_at"]
    list_per_page = 50
    panels = [
        FieldPanel("title"),
        FieldPanel("benefit"),
        FieldPanel("stage", widget=forms.Select(choices=Stage.choices)),
        FieldPanel("stop_reason"),
        FieldPanel("place"),
        MultiFieldPanel(
            [FieldPanel("areas"), FieldPanel("technologies"), FieldPanel("themes"), FieldPanel("tags")],
            heading=_("What it is about"),
        ),
        FieldPanel("description"),
        FieldPanel("language"),
        MultiFieldPanel([FieldPanel(name) for name in Story.STORY_FIELDS], heading=_("The story")),
        *fact_panels(),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return listed_projects().select_related("organisation")

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = super().get_urlpatterns()
        for pattern in patterns:
            if pattern.name not in SHOWS_NO_DRAFT:
                pattern.callback = without_unpublished_changes(pattern.callback)
        return patterns


SHOWS_NO_DRAFT = ("unpublish", "delete", "usage", "lock", "unlock")
"""Names of the views that neither show nor publish the latest version."""


def without_unpublished_changes(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse an editor while a project has changes that its organisation has not published: only the organisation and
    staff decide on those. An editor's own changes are no obstacle."""

    @wraps(view)
    def guarded(request: SiteRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "pk" in kwargs and not request.viewer.has(STAFF):
            drafts = Project.objects.filter(live=True, has_unpublished_changes=True)
            by_others = drafts.exclude(latest_revision__user=request.user.pk)
            if by_others.filter(pk=unquote(str(kwargs["pk"]))).exists():
                raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


class ParticipationForm(WagtailAdminModelForm):
    """Asks for a page or a project in place of the row's subject."""

    work = forms.ModelChoiceField(Work.objects.all(), label=_("Page"), required=False)
    project = forms.ModelChoiceField(Project.objects.none(), label=_("Project"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work"].queryset = Work.objects.prefetch_related("pages__locale")
        self.fields["project"].queryset = listed_projects()
        self.fields["project"].widget = Project.snippet_viewset.chooser_viewset.widget_class()
        if self.instance.subject_id:
            self.fields["work"].initial = Work.objects.filter(subject=self.instance.subject_id).first()
            self.fields["project"].initial = Project.objects.filter(subject=self.instance.subject_id).first()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = [about for name in ("work", "project") if (about := data.get(name))]
        if len(chosen) != 1:
            self.add_error("work", _("Choose a page or a project, and not both."))
        else:
            self.instance.subject = chosen[0].subject
        return data


class ParticipationViewSet(OnlyListed):
    """The owners and adopters of use cases and projects, which staff may enter for organisations."""

    model = Participation
    icon = "group"
    list_display = ["organisation", ROLE, ABOUT, STAGE]
    list_filter = ["role"]
    edit_handler = ObjectList(
        [
            FieldPanel("organisation"),
            FieldPanel("role", widget=forms.Select(choices=Role.choices)),
            FieldPanel("work"),
            FieldPanel("project"),
            FieldPanel("stage", widget=forms.Select(choices=[("", "–"), *Stage.choices])),
            FieldPanel("note"),
            FieldPanel("since"),
            FieldPanel("results"),
            FieldPanel("counts_as_evidence"),
        ],
        base_form_class=ParticipationForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        return listed_participations().select_related("organisation", "subject")

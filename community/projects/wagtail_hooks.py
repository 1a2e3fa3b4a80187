from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from community.projects.models import ImportRun, Participation, Project, Role
from foundation.audience import MEMBERS, PUBLIC, STAFF
from knowledge.models import Stage, Story

STAGE = Column(
    "stage",
    label=_("Stage"),
    accessor=lambda told: Stage(told.stage).label if told.stage else "–",
    sort_key="stage",
)
ROLE = Column("role", label=_("Role"), accessor=lambda told: Role(told.role).label, sort_key="role")
UPDATED = DateColumn("updated_at", label=_("Updated"), sort_key="updated_at")


class ProjectViewSet(SnippetViewSet):
    """Staff may mend any project that is not an organisation's own business."""

    model = Project
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
        FieldPanel("offers"),
        FieldPanel("seeks"),
        FieldPanel("description"),
        FieldPanel("language"),
        MultiFieldPanel([FieldPanel(name) for name in Story.STORY_FIELDS], heading=_("The story")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return Project.objects.filter(audience__meets=[PUBLIC, MEMBERS, STAFF]).select_related("organisation")


class ParticipationViewSet(SnippetViewSet):
    """Whose a use case is, and who does it too, where staff write it down for them."""

    model = Participation
    icon = "group"
    list_display = ["organisation", ROLE, "subject", STAGE]
    list_filter = ["role"]
    panels = [
        FieldPanel("organisation"),
        FieldPanel("role", widget=forms.Select(choices=Role.choices)),
        FieldPanel("work"),
        FieldPanel("project"),
        FieldPanel("stage", widget=forms.Select(choices=[("", "–"), *Stage.choices])),
        FieldPanel("note"),
        FieldPanel("since"),
        FieldPanel("results"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        return Participation.objects.select_related("organisation", "project", "work")


class ImportRunViewSet(SnippetViewSet):
    model = ImportRun
    icon = "download"
    list_display = ["source", "file_name", "started_at", "finished_at", "undone_at"]
    add_to_admin_menu = False
    inspect_view_enabled = True
    panels = [FieldPanel("source", read_only=True), FieldPanel("file_name", read_only=True)]


class CommunityGroup(SnippetViewSetGroup):
    menu_label = _("Projects")
    menu_icon = "folder-open-1"
    menu_order = 210
    items = (ProjectViewSet, ParticipationViewSet, ImportRunViewSet)


register_snippet(CommunityGroup)

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from community.inventories.models import ImportRun
from community.projects.wagtail_hooks import ParticipationViewSet, ProjectViewSet


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

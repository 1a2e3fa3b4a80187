from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet

from community.participation.models import Measure
from knowledge.wagtail_hooks import TermViewSet


class MeasureViewSet(TermViewSet):
    """The measures that results are added up in. Editors may add more."""

    model = Measure
    menu_label = _("Measures")
    icon = "list-ul"
    menu_order = 221
    add_to_admin_menu = True
    list_display = [*TermViewSet.list_display, "unit", "direction"]
    list_filter = ["unit", "direction"]
    panels = [*TermViewSet.panels, *map(FieldPanel, ("unit", "direction", "phrase_sv", "phrase_en"))]


register_snippet(MeasureViewSet)

from __future__ import annotations

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
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


@hooks.register("before_delete_snippet")
def keep_measures_in_use(request: HttpRequest, instances: list[Model]) -> HttpResponse | None:
    """Refuse to delete measures that results use. The database protects them too, but answers with an error."""
    measures = Measure.objects.filter(pk__in=[each.pk for each in instances if isinstance(each, Measure)])
    used = measures.filter(results__isnull=False).distinct()
    if not used:
        return None
    said = _("Nothing has been deleted. Results use these measures: %(names)s")
    messages.error(request, said % {"names": ", ".join(each.label for each in used)})
    return redirect("wagtailsnippets_participation_measure:list")

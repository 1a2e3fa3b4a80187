from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from core.model_fields import field_of
from core.requests import SiteRequest
from core.sorting import by_name
from knowledge.models import (
    Area,
    Capability,
    Code,
    KnowledgePage,
    OperatorInfo,
    Place,
    Tag,
    Technology,
    Theme,
)
from knowledge.page_admin import PagesViewSet


@hooks.register("before_serve_page")
def remember_page(page: Page, request: SiteRequest, *args: Any) -> None:
    """Store the page on the request, for the frame around it."""
    request.wagtail_page = page


@hooks.register("register_admin_viewset", order=1)
def views_of_pages() -> PagesViewSet:
    """Replace Wagtail's own views of pages, which are registered before these."""
    return PagesViewSet()


@hooks.register("before_bulk_action")
def publish_nothing_without_a_summary(
    request: HttpRequest, action_type: str, objects: list[Page], action: Any
) -> HttpResponse | None:
    """Pages chosen in a list are published without their form, so the form cannot require missing fields."""
    if action_type != "publish" or not issubclass(action.model, Page):
        return None
    pages = list(objects)
    if action.cleaned_form.cleaned_data["include_descendants"]:
        pages += [below for page in objects for below in page.get_descendants().not_live().specific()]
    versions = [page.get_latest_revision_as_object() for page in pages]
    lacking = [page.title for page in versions if isinstance(page, KnowledgePage) and page.missing]
    if not lacking:
        return None
    said = _("Nothing has been published. These pages need a summary first: %(titles)s")
    messages.error(request, said % {"titles": " · ".join(lacking)})
    return redirect(action.next_url)


class FactsPanel(Component):
    """A panel on the admin's home page, while facts are missing that the texts required by law need."""

    name = "facts"
    order = 50
    template_name = "knowledge/admin/facts_missing.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        names = [field_of(OperatorInfo, name).verbose_name for name in OperatorInfo.load().missing]
        return {"names": names, "url": reverse("wagtailsettings:edit", args=["knowledge", "operatorinfo"])}


@hooks.register("construct_homepage_panels")
def ask_for_facts(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("knowledge.change_operatorinfo") and OperatorInfo.load().missing:
        panels.append(FactsPanel())


class TermViewSet(SnippetViewSet):
    """Codes must not change once they are in use. Editors may change labels."""

    list_display = ["code", "label_sv", "label_en"]
    search_fields = ["code", "label_sv", "label_en"]
    ordering = ["code"]
    icon = "tag"
    panels = [FieldPanel("code"), FieldPanel("label_sv"), FieldPanel("label_en")]


class AreaViewSet(TermViewSet):
    model = Area
    panels = [*TermViewSet.panels, FieldPanel("parent")]


class ThemeViewSet(TermViewSet):
    model = Theme


class CapabilityViewSet(TermViewSet):
    model = Capability


class TechnologyViewSet(TermViewSet):
    model = Technology
    panels = [*TermViewSet.panels, FieldPanel("parent")]


class PlaceViewSet(TermViewSet):
    model = Place
    list_display = ["code", "kind", "label_sv", "label_en"]
    list_filter = ["kind"]


class CodeViewSet(SnippetViewSet):
    """Values of facts. Editors may change labels, and add a code to a list."""

    model = Code
    icon = "tag"
    list_display = ["list", "code", "label_sv", "label_en"]
    list_filter = ["list"]
    search_fields = ["code", "label_sv", "label_en"]
    ordering = ["list", "pk"]
    panels = [FieldPanel(name) for name in ("list", "code", "head", "label_sv", "label_en")]


class TagViewSet(SnippetViewSet):
    model = Tag
    icon = "tag"
    list_display = ["name"]
    search_fields = ["name"]
    ordering = [by_name()]
    panels = [FieldPanel("name"), FieldPanel("slug")]


class VocabularyGroup(SnippetViewSetGroup):
    menu_label = _("Vocabulary")
    menu_icon = "list-ul"
    menu_order = 220
    items = (
        AreaViewSet,
        ThemeViewSet,
        TechnologyViewSet,
        CapabilityViewSet,
        PlaceViewSet,
        CodeViewSet,
        TagViewSet,
    )


register_snippet(VocabularyGroup)

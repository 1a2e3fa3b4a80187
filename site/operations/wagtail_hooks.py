"""Adds the page of background work to Wagtail's admin."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from core.requests import SiteRequest
from operations import views
from operations.policies import can_keep_work


class WorkMenuItem(MenuItem):
    def is_shown(self, request: SiteRequest) -> bool:
        return bool(can_keep_work(request.viewer))


@hooks.register("register_admin_urls")
def work_urls() -> list[URLPattern]:
    return [
        path("work/", views.work, name="work"),
        path("work/<uuid:pk>/retry/", views.retry, name="work_retry"),
        path("work/<uuid:pk>/drop/", views.drop, name="work_drop"),
    ]


@hooks.register("register_reports_menu_item")
def work_menu_item() -> MenuItem:
    return WorkMenuItem(_("Background work"), reverse("work"), name="work", icon_name="cogs", order=1100)

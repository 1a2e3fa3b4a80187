"""Where staff find their pages."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from config.pages.log import Log
from config.work import views
from config.work.policies import can_keep_work
from foundation.models import LogEntry


class WorkMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(can_keep_work(request.user))


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


@hooks.register("construct_reports_menu")
def name_the_log(request: HttpRequest, items: list[MenuItem]) -> None:
    for item in items:
        if item.name == "site-history":
            item.label = Log.page_title


@hooks.register("register_log_actions", order=1)
def use_own_log_entry(actions: LogActionRegistry) -> None:
    """After Wagtail has registered its own. Not by `register_model`, which would list the table's entries twice."""
    actions.log_entry_models_by_type.register(Model, value=LogEntry)

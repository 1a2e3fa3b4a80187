from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("<int:pk>/", views.open_notice, name="open"),
    path(_("<int:pk>/less/"), views.less, name="less"),
    path(_("undo/"), views.undo, name="undo"),
    path(_("read/"), views.see_all, name="see_all"),
    path("see/", views.see, name="see"),
    path("bell/", views.bell, name="bell"),
    path(_("settings/"), views.settings, name="settings"),
    path(_("settings/feed/"), views.renew_feed, name="renew_feed"),
    path(_("settings/silenced/<int:pk>/"), views.unmute, name="unmute"),
    path(_("feed/<uuid:token>/"), views.feed, name="feed"),
]

from __future__ import annotations

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.mail import preview, views

app_name = "mail"
urlpatterns = [
    path(_("newsletter/"), views.subscribe, name="subscribe"),
    path(_("newsletter/asked/"), views.asked, name="asked"),
    path(_("confirm/<str:token>/"), views.confirm, name="confirm"),
    path(_("unsubscribe/<str:token>/"), views.unsubscribe, name="unsubscribe"),
    path(_("resubscribe/<str:token>/"), views.resubscribe, name="resubscribe"),
    path(_("again/"), views.again, name="again"),
    path(_("language/"), views.language, name="language"),
]

if getattr(settings, "COMPONENTS_PAGE", False):
    urlpatterns += [
        path("preview/", preview.templates, name="preview"),
        path("preview/<str:language>/<path:template>.html", preview.html, name="preview_html"),
        path("preview/<str:language>/<path:template>/", preview.mail, name="preview_mail"),
    ]

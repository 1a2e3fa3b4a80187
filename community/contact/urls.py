from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from community.contact import views
from community.contact.models import ContactMessageKind

app_name = "contact"
urlpatterns = [
    path(_("write-to-us/"), views.write, {"kind": ContactMessageKind.CONTACT}, name="write"),
    path(_("write-to-us/sent/"), views.sent, name="sent"),
    path(_("report-a-problem/"), views.write, {"kind": ContactMessageKind.ACCESSIBILITY}, name="report"),
    # Earlier versions of the accessibility statement, which editors may have kept, link here.
    path("report-a-failing/", RedirectView.as_view(pattern_name="contact:report", query_string=True)),
]

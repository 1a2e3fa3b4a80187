from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path(_("accessibility/"), views.accessibility, name="accessibility"),
    path(_("about/"), views.about, name="about"),
]

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.statements import views

app_name = "statements"
urlpatterns = [
    path("", views.statements, name="list"),
    path("<int:pk>/", views.statement, name="statement"),
    path(_("<int:pk>/edit/"), views.change, name="change"),
    path(_("<int:pk>/end/"), views.end, name="end"),
    path(_("<int:pk>/reopen/"), views.reopen, name="reopen"),
    path(_("<int:pk>/renew/"), views.renew, name="renew"),
    path(_("write/<slug:slug>/"), views.write, name="write"),
]

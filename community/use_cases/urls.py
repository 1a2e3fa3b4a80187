from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.use_cases import views

app_name = "use_cases"
urlpatterns = [
    path(_("write-use-case/"), views.write, name="write"),
    path(_("use-cases/<int:pk>/"), views.read, name="read"),
    path(_("use-cases/<int:pk>/edit/"), views.edit, name="edit"),
    path(_("use-cases/<int:pk>/submit/"), views.submit, name="submit"),
    path(_("use-cases/<int:pk>/delete/"), views.delete, name="delete"),
]

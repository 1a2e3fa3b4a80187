from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.participation import views

app_name = "participation"
urlpatterns = [
    path(_("<int:pk>/results/"), views.results, name="results"),
    path(_("results/<int:pk>/edit/"), views.edit_result, name="edit_result"),
    path(_("results/<int:pk>/delete/"), views.delete_result, name="delete_result"),
]

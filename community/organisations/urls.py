from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.organisations, name="list"),
    path(_("names/"), views.names, name="names"),
    path(_("suggestions/"), views.suggestions, name="suggestions"),
    path(_("mine/"), views.mine, name="mine"),
    path(_("join/"), views.join, name="join"),
    path(_("add/"), views.add, name="add"),
    path(_("welcome/"), views.welcome, name="welcome"),
    path(_("requests/undo/"), views.undo_answer, name="undo_answer"),
    path(_("requests/<int:pk>/"), views.answer_request, name="answer_request"),
    path("<slug:slug>/", views.organisation, name="organisation"),
    path(_("<slug:slug>/edit/"), views.edit, name="edit"),
    path(_("<slug:slug>/people/<int:pk>/"), views.membership, name="membership"),
]

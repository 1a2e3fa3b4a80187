from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from community.members import views

app_name = "members"
urlpatterns = [
    path(_("me/"), views.profile, name="profile"),
    path(_("me/accepted/"), views.accept_terms, name="accept_terms"),
    path(_("me/accepted.csv"), views.consents, name="consents"),
    path("<int:pk>/", views.member, name="member"),
]

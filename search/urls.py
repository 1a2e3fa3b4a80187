from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from search import beside, views

app_name = "search"
urlpatterns = [
    path("", views.search, name="search"),
    path(_("alike/"), views.alike, name="alike"),
    path(_("suggestions/"), views.suggest, name="suggest"),
    path(_("similar-to/<slug:kind>/<int:pk>/"), beside.similar, name="similar"),
    path(_("partners-for/<slug:kind>/<int:pk>/"), beside.partners, name="partners"),
]

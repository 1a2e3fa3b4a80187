"""The kind of subject of this package."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.organisations.search import SEARCH
from core.audience import ANONYMOUS
from subjects.listings import ApiRoutes, Sitemap, UrlRoutes
from subjects.types import SubjectType, register


def public_organisations() -> QuerySet[Any]:
    return Organisation.objects.visible_to(ANONYMOUS).only("pk", "slug").order_by("pk")


ORGANISATION = SubjectType(
    code="organisation",
    model=Organisation,
    label=_("Organisation"),
    label_plural=_("Organisations"),
    position=30,
    urls=UrlRoutes(_("organisations/"), "community.organisations.urls"),
    search=SEARCH,
    sitemap=Sitemap("organisations", public_organisations),
    feed=None,
    api=ApiRoutes("/organisations", "community.organisations.api.router"),
)


def register_all() -> None:
    register(ORGANISATION)

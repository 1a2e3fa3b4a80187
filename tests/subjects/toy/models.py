"""A complete kind of subject in this file and one template: toys that organisations lend each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import QuerySet, Value
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal, receiver
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from ninja import Schema
from ninja.pagination import RouterPaginated

from core import topics
from core.audience import ANONYMOUS, member_token
from core.records import SearchRecord, Text
from core.requests import SiteRequest
from core.signals import send_state
from subjects.audience import SubjectState
from subjects.listings import ApiRoutes, FeedEntry, Sitemap, UrlRoutes, addresses_of
from subjects.models import HasSubject
from subjects.querysets import HasSubjectQuerySet
from subjects.search import RecordKind, SearchFacet, SearchSort, SearchSource
from subjects.types import SubjectType, register


class Toy(HasSubject):
    name = models.CharField(max_length=100)
    material = models.CharField(max_length=20)
    lent_from = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = HasSubjectQuerySet.as_manager()

    class Meta:
        app_label = "toy"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("toy:toy", args=[self.pk])


@dataclass(frozen=True)
class ToysChanged:
    """STATE: the visible data of these toys changed."""

    toy_ids: tuple[int, ...]


toys_changed = Signal()


def announce(toy: Toy) -> None:
    send_state(toys_changed, ToysChanged((toy.pk,)))


@receiver([post_save, post_delete], sender=Toy)
def toy_saved(sender: type, instance: Toy, **kwargs: Any) -> None:
    announce(instance)


def show_toy(request: SiteRequest, pk: int) -> HttpResponse:
    return render(
        request, "toy/toy.html", {"toy": get_object_or_404(Toy.objects.visible_to(request.viewer), pk=pk)}
    )


app_name = "toy"
urlpatterns = [path("<int:pk>/", show_toy, name="toy")]
router = RouterPaginated(tags=["toys"])


class ToyRow(Schema):
    id: int
    name: str


@router.get("", response=list[ToyRow])
def list_toys(request: SiteRequest) -> QuerySet[Toy]:
    return Toy.objects.visible_to(request.viewer).order_by("pk")


def indexable_toys() -> QuerySet[Toy]:
    return Toy.objects.exclude(subject__audience=frozenset()).select_related("subject")


def published_toys() -> QuerySet[Any]:
    return Toy.objects.filter(subject__is_out=True).annotate(read_in=Value(""))


def build_toy(toy: Toy) -> SearchRecord:
    return SearchRecord(
        kind="toy",
        id=toy.pk,
        texts={"sv": Text(title=toy.name)},
        language="sv",
        audience=toy.audience,
        urls=addresses_of(toy),
        more={"material": (toy.material,)},
        starts=toy.lent_from,
        published=toy.created_at,
    )


def public_toys() -> QuerySet[Toy]:
    return Toy.objects.visible_to(ANONYMOUS).order_by("pk")


def newest_toys(language: str, limit: int) -> Iterable[FeedEntry]:
    for toy in public_toys().order_by("-created_at")[:limit]:
        yield FeedEntry(
            f"toy:{toy.pk}", toy.name, toy.material, toy.get_absolute_url(), toy.created_at, toy.created_at
        )


register(
    SubjectType(
        code="toy",
        model=Toy,
        label="Toy",
        label_plural="Toys",
        authors=lambda toy: {toy.author_id} - {None},
        announce=announce,
        topics=lambda toy: (topics.subject("toy", toy.pk), topics.listing("toy")),
        state=lambda toy: SubjectState(writers={member_token(toy.author_id)} if toy.author_id else ()),
        starts_out=True,
        urls=UrlRoutes("toys/", "tests.subjects.toy.models"),
        search=SearchSource(
            kinds=(RecordKind(code="toy", label="Toy", label_plural="Toys", icon="tag"),),
            indexable=indexable_toys,
            published=published_toys,
            build=build_toy,
            changed=toys_changed,
            facets=(
                SearchFacet(
                    code="material", label="Material", choices=lambda: [("wood", "Wood"), ("tin", "Tin")]
                ),
            ),
            sorts=(SearchSort(code="soonest", label="Lent soonest", field="starts", is_descending=False),),
        ),
        sitemap=Sitemap("toys", public_toys),
        feed=newest_toys,
        api=ApiRoutes("/toys", "tests.subjects.toy.models.router"),
    )
)

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Schema
from ninja.pagination import RouterPaginated

from community.discussions.models import Post, Thread
from core.numbers import LARGEST
from core.requests import SiteRequest

router = RouterPaginated(tags=["threads"])

ANY_NUMBER = Query(None, ge=0, le=LARGEST)
FROM_THE_START = Query(0, ge=0, le=LARGEST)


class ThreadRow(Schema):
    """`subject_kind` is a code such as project or work, and `subject_id` the number of that project or work. No one can
    write where `locked_at` is set."""

    id: int
    subject_kind: str
    subject_id: int
    version: int
    post_count: int
    last_post_at: datetime | None
    locked_at: datetime | None

    @staticmethod
    def resolve_subject_id(row: Any) -> int:
        return int(row.object_id)


class PostRow(Schema):
    """A post. A removed post has only its number. `html` is clean."""

    number: int
    version: int
    html: str
    author: str
    organisation: str
    created_at: datetime
    edited_at: datetime | None
    removed_at: datetime | None

    @staticmethod
    def resolve_html(row: Post) -> str:
        return row.rendered["text"]

    @staticmethod
    def resolve_author(row: Post) -> str:
        return row.author.get_full_name() if row.author and not row.removed_at else ""

    @staticmethod
    def resolve_organisation(row: Post) -> str:
        return "" if row.removed_at else row.organisation or ""


@router.get("", response=list[ThreadRow])
def threads(
    request: SiteRequest, subject_kind: str = "", subject_id: int | None = ANY_NUMBER
) -> QuerySet[Thread]:
    found: QuerySet[Any] = Thread.objects.visible_to(request.viewer).with_objects()
    if subject_kind:
        found = found.filter(subject_kind=subject_kind)
    return (found if subject_id is None else found.filter(object_id=subject_id)).order_by("-pk")


@router.get("/{int:pk}", response=ThreadRow)
def thread(request: SiteRequest, pk: int) -> Thread:
    return get_object_or_404(Thread.objects.visible_to(request.viewer).with_objects(), pk=pk)


@router.get("/{int:pk}/posts", response=list[PostRow])
def posts(request: SiteRequest, pk: int, after: int = FROM_THE_START) -> QuerySet[Post]:
    """The posts in their order; those with a number above `after`."""
    found = get_object_or_404(Thread.objects.visible_to(request.viewer), pk=pk)
    return found.posts.for_reading().filter(number__gt=after)

"""Multiplies the demonstration: copies every record with its related rows, in bulk and without signals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from itertools import count
from typing import Any
from uuid import uuid4, uuid5

from django.db import connection, transaction
from django.db.models import F, Model
from wagtail.models import Page

from community.discussions.models import Post, Thread
from community.members.models import Member
from community.organisations.models import Membership, Organisation
from community.participation.models import Participation
from community.projects.models import Project
from community.statements.models import Statement
from knowledge.models import KnowledgePage, SectionPage, Work
from subjects.models import Subject

BATCH = 500
# Long conversations are added by a benchmark itself and are not copied.
LONG = 100


@transaction.atomic
def multiply(times: int) -> None:
    """Bring each record of the demonstration to `times` copies, the original included. Does not update the search
    index."""
    originals: list[tuple[list[Any], Changes]] = [
        (list(Member.objects.all()), {"email": lambda row, n: f"{n}.{row.email}"}),
        (list(Subject.objects.exclude(kind="file")), {}),
        (list(Organisation.objects.taking_part()), OF_ORGANISATIONS),
        (list(Membership.objects.all()), {}),
        (list(Project.objects.own()), OF_PROJECTS),
        (list(Work.objects.all()), {"translation_key": lambda row, n: uuid4()}),
        (list(Participation.objects.all()), {}),
        (list(Statement.objects.all()), {}),
    ]
    threads = list(Thread.objects.filter(post_count__range=(1, LONG)))
    posts = list(Post.objects.filter(thread__in=threads))
    pages = list(KnowledgePage.objects.live().specific())
    places = free_places(KnowledgePage.objects.all())
    for number in range(1, times):
        kept: Kept = defaultdict(dict)
        for rows, changes in originals:
            copy_rows(rows, number, kept, changes)
        copy_rows(threads, number, kept, {})
        copy_rows(posts, number, kept, {})
        copy_pages(pages, number, kept, places)
    SectionPage.objects.update(numchild=F("numchild") * times)


Changes = dict[str, Callable[[Any, int], Any]]
Kept = defaultdict[type[Model], dict[int, int]]
"""For each model, the key of a row → the key of its copy."""

OF_ORGANISATIONS: Changes = {
    "name": lambda row, n: f"{row.name} {n}",
    "key": lambda row, n: f"{row.key} {n}",
    "slug": lambda row, n: f"{row.slug}-{n}",
    "code": lambda row, n: None,
}
OF_PROJECTS: Changes = {
    "title": lambda row, n: f"{row.title} {n}",
    "latest_revision_id": lambda row, n: None,
    "live_revision_id": lambda row, n: None,
}


def copy_rows(rows: list[Any], number: int, kept: Kept, changes: Changes) -> None:
    """Copy rows of one model. Foreign keys point to the copy of their target, if it has one."""
    if not rows:
        return
    model = type(rows[0])
    links = [field for field in model._meta.concrete_fields if field.related_model in kept]
    made = []
    for row in rows:
        twin = copy(row)
        twin.pk, twin._state.adding = None, True
        for link in links:
            there = kept[link.related_model]
            setattr(twin, link.attname, there.get(getattr(row, link.attname), getattr(row, link.attname)))
        for name, change in changes.items():
            setattr(twin, name, change(row, number))
        made.append(twin)
    model._default_manager.bulk_create(made, batch_size=BATCH)
    kept[model] = {row.pk: twin.pk for row, twin in zip(rows, made, strict=True)}
    copy_terms(model, kept)


def copy_terms(model: type[Model], kept: Kept) -> None:
    for field in model._meta.many_to_many:
        through = field.remote_field.through
        own = next(link.name for link in through._meta.fields if link.related_model is model)
        copy_rows(list(through._default_manager.filter(**{f"{own}__in": kept[model]})), 0, kept, {})


def copy_pages(pages: list[KnowledgePage], number: int, kept: Kept, places: dict[str, count[int]]) -> None:
    """Copy pages. A page is a row in three tables, of which Django creates only the first in bulk."""
    twins = []
    for page in pages:
        twin = copy(page)
        parent, step = page.path[: -Page.steplen], next(places[page.path[: -Page.steplen]])
        twin.path = Page._get_path(parent, page.depth, step)
        twin.slug, twin.title = f"{page.slug}-{number}", f"{page.title} {number}"
        twin.url_path = f"{page.url_path.rstrip('/')}-{number}/"
        twin.work_id = kept[Work][page.work_id]
        twin.translation_key = uuid5(page.translation_key, str(number))
        twin.latest_revision_id = twin.live_revision_id = None
        twins.append(twin)
    columns = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    bases = [Page(**{name: getattr(twin, name) for name in columns}) for twin in twins]
    Page.objects.bulk_create(bases, batch_size=BATCH)
    for twin, base in zip(twins, bases, strict=True):
        twin.id = twin.page_ptr_id = twin.knowledgepage_ptr_id = base.pk
    by_type = defaultdict(list)
    for twin in twins:
        by_type[type(twin)].append(twin)
    for model, some in [(KnowledgePage, twins), *by_type.items()]:
        model._base_manager.all()._insert(some, model._meta.local_concrete_fields, using=connection.alias)
    kept[KnowledgePage] = {page.pk: twin.pk for page, twin in zip(pages, twins, strict=True)}
    copy_terms(KnowledgePage, kept)


def free_places(pages: Iterable[Page]) -> dict[str, count[int]]:
    """Return path of a section → the free steps below it."""
    taken: dict[str, int] = defaultdict(int)
    for page in pages:
        parent, step = page.path[: -Page.steplen], page.path[-Page.steplen :]
        taken[parent] = max(taken[parent], Page._str2int(step))
    return {parent: count(step + 1) for parent, step in taken.items()}

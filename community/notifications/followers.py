"""Whom something concerns: those who write in a conversation, and those whose project or use case it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from community.discussions.models import Post
from community.members.models import Member
from community.members.roles import GROUPS
from community.organisations.models import Membership
from community.participation.models import Participation, Role
from community.projects.models import Project
from core.audience import EDITORS
from knowledge.models import KnowledgePage


def owners_of(kind: str, subject_id: int) -> set[int]:
    """Members who wrote the subject, and those who speak for the organisations it is of."""
    if kind == "project":
        found = Project.objects.filter(pk=subject_id).values_list("author", "organisation").first()
        authors, organisations = ({found[0]}, {found[1]}) if found else (set(), set())
    else:
        authors = set(KnowledgePage.objects.filter(work=subject_id).values_list("owner", flat=True))
        owning = Participation.objects.filter(work=subject_id, role=Role.OWNER)
        organisations = set(owning.values_list("organisation", flat=True))
    return (authors - {None}) | speakers_for(organisations)


def speakers_for(organisation_ids: Iterable[int]) -> set[int]:
    confirmed = Membership.objects.confirmed().filter(organisation__in=organisation_ids)
    return set(confirmed.values_list("member", flat=True))


def writers_in(thread_id: int) -> set[int]:
    """Those with a post in the thread that still stands."""
    posts = Post.objects.filter(thread=thread_id, removed_at=None, author__isnull=False)
    return set(posts.order_by().values_list("author", flat=True).distinct())


def threads_written_in(member_id: int | None, subject_ids: Collection[int]) -> set[tuple[str, int]]:
    """(kind, id) of those with one of these ids in whose conversation the member has ever written. One query."""
    posts = Post.objects.filter(author=member_id or 0, thread__subject_id__in=subject_ids)
    return set(posts.order_by().values_list("thread__subject_kind", "thread__subject_id").distinct())


def editors() -> set[int]:
    """Those with the editors' role; staff while there is none."""
    active = Member.objects.filter(is_active=True)
    found = set(active.filter(groups__name=GROUPS[EDITORS]).values_list("pk", flat=True))
    return found or set(active.filter(is_staff=True).values_list("pk", flat=True))


def administrators_of(organisation_id: int) -> set[int]:
    """Those who let others in: staff while the organisation has no administrator."""
    found = set(
        Membership.objects.administrators()
        .filter(organisation=organisation_id)
        .values_list("member", flat=True)
    )
    return found or set(Member.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True))

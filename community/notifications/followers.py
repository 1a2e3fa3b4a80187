"""Finds the members that an event concerns: writers in a conversation, owners of a subject, editors, administrators."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from community.discussions.models import Post
from community.members.models import Member
from community.members.roles import GROUPS
from community.organisations.models import Membership
from community.participation.models import Participation, Role
from core.audience import EDITORS
from subjects.models import Subject
from subjects.types import subject_type


def owners_of(subject: Subject) -> set[int]:
    """Members who wrote the subject, and those who speak for the organisations that own it."""
    found = subject.object
    authors = subject_type(subject.kind).authors(found) if found else set()
    owning = Participation.objects.filter(subject=subject, role=Role.OWNER)
    organisations = set(owning.values_list("organisation", flat=True))
    if subject.owner_id:
        organisations.add(subject.owner_id)
    return authors | speakers_for(organisations)


def speakers_for(organisation_ids: Iterable[int]) -> set[int]:
    confirmed = Membership.objects.confirmed().filter(organisation__in=organisation_ids)
    return set(confirmed.values_list("member", flat=True))


def writers_in(thread_id: int) -> set[int]:
    """Members with a post in the thread that is not removed."""
    posts = Post.objects.filter(thread=thread_id, removed_at=None, author__isnull=False)
    return set(posts.order_by().values_list("author", flat=True).distinct())


def subjects_written_in(member_id: int | None, subject_ids: Collection[int]) -> set[int]:
    """The ids of the subjects in whose conversation the member has ever written. One query."""
    posts = Post.objects.filter(author=member_id or 0, thread__subject__in=subject_ids)
    return set(posts.order_by().values_list("thread__subject", flat=True).distinct())


def editors() -> set[int]:
    """Members with the editors' role; staff while no member has it."""
    active = Member.objects.filter(is_active=True)
    found = set(active.filter(groups__name=GROUPS[EDITORS]).values_list("pk", flat=True))
    return found or set(active.filter(is_staff=True).values_list("pk", flat=True))


def administrators_of(organisation_id: int) -> set[int]:
    """Members who may confirm others for the organisation: its administrators, or staff while it has none."""
    found = set(
        Membership.objects.administrators()
        .filter(organisation=organisation_id)
        .values_list("member", flat=True)
    )
    return found or set(Member.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True))

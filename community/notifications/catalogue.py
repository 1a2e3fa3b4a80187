"""The kinds of notice for the packages below, and the subjects they concern."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from wagtail.models import TaskState

from community.notifications import followers, kinds
from community.notifications.kinds import Kind, Names, Sentence
from community.notifications.models import Event
from community.organisations.models import Membership, Role
from community.participation.models import Participation
from community.statements.models import Statement
from core.audience import EDITORS, STAFF, Viewer
from knowledge.models import ReviewAnswer, UseCasePage, Work
from knowledge.reviews import task_states
from subjects.types import subject_type_of


def id_in(event: Event) -> int:
    """“post:17” → 17."""
    return int(event.key.split(":")[1])


def at_the_post(subject: Any, event: Event) -> str:
    return f"{subject.get_absolute_url()}#post-{id_in(event)}"


def page_in(event: Event) -> int:
    """“review:17:5” → 5."""
    return int(event.key.split(":")[2])


def at_the_form(work: Work, event: Event) -> str:
    """The form for a draft: on the site for a use case, which its author edits; in the admin for other pages."""
    name = "use_cases:edit" if work.kind == UseCasePage.kind else "wagtailadmin_pages:edit"
    return reverse(name, args=[page_in(event)])


def in_the_admin(work: Work, event: Event) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page_in(event)])


def reviewed(viewer: Viewer, subject_ids: Collection[int]) -> Collection[int]:
    """All ids for viewers who review pages, none for others: the role may have been revoked."""
    return subject_ids if REVIEWERS & viewer.tokens else []


def reasons(events: Iterable[Event]) -> dict[int, str]:
    """The reasons of reviewers, by event id."""
    by_review = {id_in(event): event.pk for event in events}
    found = TaskState.objects.filter(pk__in=by_review).values_list("pk", "comment")
    return {by_review[pk]: comment for pk, comment in found}


def answers(events: Iterable[Event]) -> dict[int, str]:
    """The answers of authors, by event id."""
    by_answer = {id_in(event): event.pk for event in events}
    found = ReviewAnswer.objects.filter(pk__in=by_answer).values_list("pk", "text")
    return {by_answer[pk]: text for pk, text in found}


def approvals(events: Iterable[Event]) -> dict[int, str]:
    """The comments of reviewers who approved a page, by event id."""
    by_page = {id_in(event): event.pk for event in events}
    approved = task_states(by_page).filter(status=TaskState.STATUS_APPROVED).order_by("finished_at", "pk")
    return {by_page[int(review.workflow_state.object_id)]: review.comment for review in approved}


def administered(viewer: Viewer, subject_ids: Collection[int]) -> Collection[int]:
    """The organisations where the viewer confirms members. Staff do so where an organisation has no administrator."""
    confirmed = Membership.objects.confirmed().filter(organisation__subject__in=subject_ids, role=Role.ADMIN)
    by_subject: dict[int, set[int]] = {pk: set() for pk in subject_ids}
    for subject, member in confirmed.values_list("organisation__subject", "member"):
        by_subject[subject].add(member)
    return [
        pk
        for pk, members in by_subject.items()
        if viewer.member_id in members or (not members and STAFF in viewer.tokens)
    ]


def spoken_for(viewer: Viewer, subject_ids: Collection[int]) -> Collection[int]:
    """The organisations that the viewer still speaks for: a confirmation may have been revoked."""
    confirmed = Membership.objects.confirmed().filter(member=viewer.member_id)
    theirs = confirmed.filter(organisation__subject__in=subject_ids)
    return [*theirs.values_list("organisation__subject", flat=True)]


def ending(viewer: Viewer, subject_ids: Collection[int]) -> Collection[int]:
    """The statements that the viewer was asked to renew, while they still end on that day and the viewer speaks for
    their organisation."""
    asked = Statement.objects.open().filter(subject__in=subject_ids, until=F("asked_until"))
    theirs = asked.filter(organisation__in=viewer.organisation_ids)
    return [*theirs.values_list("subject", flat=True)]


def adopters(events: Iterable[Event]) -> Names:
    """The name of the organisation that takes part, instead of the member who added it."""
    by_participation = {id_in(event): event.pk for event in events}
    found = Participation.objects.filter(pk__in=by_participation)
    return {by_participation[pk]: name for pk, name in found.values_list("pk", "organisation__name")}


REVIEWERS = frozenset({EDITORS, STAFF})
WROTE_THERE = _("You are receiving this because you have written there.")
WROTE_IT = _("You are receiving this because you wrote it.")
ORGANISATION = _("You are receiving this because your organisation is responsible for it.")


def owning(viewer: Viewer, found: Collection[Any]) -> dict[Any, Sentence]:
    """The reason for an owner's notice: the viewer is the author, or else speaks for the organisation."""
    return {
        subject: WROTE_IT if viewer.member_id in subject_type_of(subject).authors(subject) else ORGANISATION
        for subject in found
    }


def writing_or_owning(viewer: Viewer, found: Collection[Any]) -> dict[Any, Sentence]:
    """The reason for a notice of posts: the viewer has written there, or else owns the subject."""
    written = followers.subjects_written_in(viewer.member_id, [subject.subject_id for subject in found])
    there = [subject for subject in found if subject.subject_id in written]
    return owning(viewer, found) | dict.fromkeys(there, WROTE_THERE)


def register_all() -> None:
    for kind in KINDS:
        kinds.register(kind)


KINDS = (
    Kind(
        code="membership_request",
        label=_("Someone asks to represent my organisation"),
        one=_("%(who)s asks to represent %(subject)s"),
        many=ngettext_lazy(
            "%(count)d person asks to represent %(subject)s",
            "%(count)d people ask to represent %(subject)s",
            "count",
        ),
        why=_("You are receiving this because you decide who can represent the organisation."),
        less="kind",
        needs_answer=True,
        concerns=administered,
    ),
    Kind(
        code="posts",
        label=_("New posts in conversations I take part in"),
        one=_("%(who)s wrote in “%(subject)s”"),
        many=ngettext_lazy(
            "%(count)d new post in “%(subject)s”", "%(count)d new posts in “%(subject)s”", "count"
        ),
        why=_(
            "You are receiving this because you have written there, or because it is about "
            "something of yours."
        ),
        because=writing_or_owning,
        address=at_the_post,
    ),
    Kind(
        code="adopters",
        label=_("Another organisation does the same as mine"),
        one=_("%(who)s does “%(subject)s” too"),
        many=ngettext_lazy(
            "%(count)d more organisation does “%(subject)s” too",
            "%(count)d more organisations do “%(subject)s” too",
            "count",
        ),
        why=_(
            "You are receiving this because your organisation is responsible for it, or because you wrote it."
        ),
        who=adopters,
        because=owning,
    ),
    Kind(
        code="membership_confirmed",
        label=_("I have been approved to represent an organisation"),
        one=_("You can now represent %(subject)s"),
        many=ngettext_lazy("You can now represent %(subject)s", "You can now represent %(subject)s", "count"),
        why=_("You are receiving this because you asked to represent the organisation."),
        less="kind",
        concerns=spoken_for,
    ),
    Kind(
        code="statement_ends",
        label=_("Something I offer or seek soon reaches its last day"),
        one=_("“%(subject)s” soon reaches its last day. Renew it if it still holds"),
        many=ngettext_lazy(
            "“%(subject)s” soon reaches its last day. Renew it if it still holds",
            "“%(subject)s” soon reaches its last day. Renew it if it still holds",
            "count",
        ),
        why=_("You are receiving this because you are its contact, or an administrator of the organisation."),
        less="kind",
        needs_answer=True,
        concerns=ending,
    ),
    Kind(
        code="use_case_sent_back",
        label=_("The editors ask me to change a use case"),
        one=_("The editors ask you to change “%(subject)s”"),
        many=ngettext_lazy(
            "The editors ask you to change “%(subject)s”",
            "The editors ask you to change “%(subject)s”",
            "count",
        ),
        why=WROTE_IT,
        less="kind",
        needs_answer=True,
        address=at_the_form,
        quote=reasons,
    ),
    Kind(
        code="use_case_published",
        label=_("A use case I wrote has been published"),
        one=_("“%(subject)s” has been published"),
        many=ngettext_lazy("“%(subject)s” has been published", "“%(subject)s” has been published", "count"),
        why=WROTE_IT,
        less="kind",
        quote=approvals,
    ),
    Kind(
        code="review_requested",
        label=_("A page waits for the editors"),
        one=_("%(who)s has sent “%(subject)s” to the editors"),
        many=ngettext_lazy(
            "“%(subject)s” has been sent to the editors",
            "“%(subject)s” has been sent to the editors",
            "count",
        ),
        why=_("You are receiving this because you are an editor."),
        less="kind",
        needs_answer=True,
        concerns=reviewed,
        address=in_the_admin,
        roles=REVIEWERS,
    ),
    Kind(
        code="review_answered",
        label=_("An author answers what I wrote when I sent a page back"),
        one=_("%(who)s answers you about “%(subject)s”"),
        many=ngettext_lazy(
            "%(count)d answer about “%(subject)s”", "%(count)d answers about “%(subject)s”", "count"
        ),
        why=_("You are receiving this because you sent it back."),
        less="kind",
        concerns=reviewed,
        address=in_the_admin,
        quote=answers,
        roles=REVIEWERS,
    ),
)

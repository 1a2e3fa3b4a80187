"""Turns facts of the packages below into tasks, stored with the change, and this package's facts into live events."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from community.discussions import signals as discussions
from community.live import events
from community.live.publish import publish_each
from community.notifications import tasks
from community.notifications.bell import bells_of
from community.notifications.signals import AnswerAwaited, NoticesChanged, answer_awaited, notices_changed
from community.organisations import signals as organisations
from community.organisations.models import Membership
from community.participation.models import Participation
from community.projects import signals as projects
from community.statements import signals as statements
from core.audience import RightsChanged, rights_changed
from knowledge import signals as knowledge

TOPIC = "bell"


@receiver(discussions.post_published.inside)
def post_published(sender: type, fact: discussions.PostPublished, **kwargs: Any) -> None:
    tasks.tell_of_post.enqueue(post_id=fact.post_id)


@receiver(discussions.post_removed.inside)
def post_removed(sender: type, fact: discussions.PostRemoved, **kwargs: Any) -> None:
    tasks.forget_post.enqueue(post_id=fact.post_id)


@receiver(organisations.membership_requested.inside)
def membership_requested(sender: type, fact: organisations.MembershipRequested, **kwargs: Any) -> None:
    tasks.tell_of_request.enqueue(organisation_id=fact.organisation_id, member_id=fact.member_id)


@receiver(organisations.membership_confirmed.inside)
def membership_confirmed(sender: type, fact: organisations.MembershipConfirmed, **kwargs: Any) -> None:
    ids = {"organisation_id": fact.organisation_id, "member_id": fact.member_id}
    tasks.forget_request.enqueue(**ids)
    if fact.actor_id:
        tasks.tell_of_letting_in.enqueue(**ids, actor_id=fact.actor_id)


@receiver(post_delete, sender=Membership)
def membership_ended(sender: type, instance: Membership, **kwargs: Any) -> None:
    tasks.forget_request.enqueue(organisation_id=instance.organisation_id, member_id=instance.member_id)


@receiver(projects.took_part.inside)
def took_part(sender: type, fact: projects.TookPart, **kwargs: Any) -> None:
    tasks.tell_of_adopter.enqueue(participation_id=fact.participation_id)


@receiver(post_delete, sender=Participation)
def part_withdrawn(sender: type, instance: Participation, **kwargs: Any) -> None:
    tasks.forget_adopter.enqueue(subject_id=instance.subject_id, participation_id=instance.pk)


@receiver(statements.statement_ends_soon.inside)
def statement_ends_soon(sender: type, fact: statements.StatementEndsSoon, **kwargs: Any) -> None:
    tasks.tell_of_ending.enqueue(statement_id=fact.statement_id)


@receiver(knowledge.use_case_published.inside)
def use_case_published(sender: type, fact: knowledge.UseCasePublished, **kwargs: Any) -> None:
    tasks.tell_of_publication.enqueue(page_id=fact.page_id, actor_id=fact.actor_id)


@receiver(knowledge.use_case_sent_back.inside)
def use_case_sent_back(sender: type, fact: knowledge.UseCaseSentBack, **kwargs: Any) -> None:
    tasks.tell_of_changes_wanted.enqueue(
        page_id=fact.page_id, review_id=fact.review_id, actor_id=fact.actor_id
    )


@receiver(knowledge.review_requested.inside)
def review_requested(sender: type, fact: knowledge.ReviewRequested, **kwargs: Any) -> None:
    tasks.tell_of_review.enqueue(page_id=fact.page_id, review_id=fact.review_id, actor_id=fact.actor_id)


@receiver(knowledge.review_ended.inside)
def review_ended(sender: type, fact: knowledge.ReviewEnded, **kwargs: Any) -> None:
    tasks.forget_review.enqueue(page_id=fact.page_id, review_id=fact.review_id)


@receiver(knowledge.review_answered.inside)
def review_answered(sender: type, fact: knowledge.ReviewAnswered, **kwargs: Any) -> None:
    tasks.tell_of_answer.enqueue(answer_id=fact.answer_id, page_id=fact.page_id, actor_id=fact.actor_id)


@receiver(rights_changed.inside)
def rights_were_changed(sender: type, fact: RightsChanged, **kwargs: Any) -> None:
    tasks.review_rights.enqueue(member_id=fact.member_id)


@receiver(answer_awaited.inside)
def awaits_answer(sender: type, fact: AnswerAwaited, **kwargs: Any) -> None:
    tasks.mail_at_once.enqueue(member_id=fact.member_id, kind=fact.kind, subject_id=fact.subject_id)


@receiver(notices_changed)
def publish_bells(sender: type, fact: NoticesChanged, **kwargs: Any) -> None:
    bells = bells_of(fact.member_ids)
    publish_each(
        TOPIC,
        {pk: events.NoticesChanged(version=bell.version, unseen=bell.unseen) for pk, bell in bells.items()},
    )

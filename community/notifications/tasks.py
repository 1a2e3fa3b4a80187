"""Tasks for facts of the packages below. Each reads the present state of the database, and is idempotent."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.models import TaskState

from community.discussions.models import Post
from community.members.models import Member
from community.notifications import digests, followers, services
from community.organisations.models import Membership, Organisation
from community.participation.models import Participation
from community.statements.models import Statement
from core.tasks import task
from knowledge.models import KnowledgePage, ReviewAnswer, UseCasePage

KEEP = timedelta(days=180)


@task(queue="notices")
def tell_of_post(*, post_id: int) -> None:
    post = Post.objects.select_related("thread__subject").filter(pk=post_id, removed_at=None).first()
    if post is None:
        return
    services.notify(
        kind="posts",
        member_ids=followers.writers_in(post.thread_id) | followers.owners_of(post.thread.subject),
        subject_id=post.thread.subject_id,
        key=f"post:{post.number}",
        actor_id=post.author_id,
    )


@task(queue="notices")
def forget_post(*, post_id: int) -> None:
    post = Post.objects.select_related("thread").filter(pk=post_id).first()
    if post:
        services.withdraw_event(kind="posts", subject_id=post.thread.subject_id, key=f"post:{post.number}")


@task(queue="notices")
def tell_of_request(*, organisation_id: int, member_id: int) -> None:
    waiting = Membership.objects.waiting().filter(organisation=organisation_id, member=member_id)
    if asked := waiting.select_related("organisation").first():
        services.notify(
            kind="membership_request",
            member_ids=followers.administrators_of(organisation_id),
            subject_id=asked.organisation.subject_id,
            key=f"member:{member_id}",
            actor_id=member_id,
        )


@task(queue="notices")
def forget_request(*, organisation_id: int, member_id: int) -> None:
    if organisation := Organisation.objects.filter(pk=organisation_id).first():
        services.withdraw_event(
            kind="membership_request", subject_id=organisation.subject_id, key=f"member:{member_id}"
        )


@task(queue="notices")
def tell_of_letting_in(*, organisation_id: int, member_id: int, actor_id: int) -> None:
    memberships = Membership.objects.confirmed().select_related("organisation")
    if confirmed := memberships.filter(organisation=organisation_id, member=member_id).first():
        services.notify(
            kind="membership_confirmed",
            member_ids=[member_id],
            subject_id=confirmed.organisation.subject_id,
            key=f"membership:{confirmed.pk}",
            actor_id=actor_id,
        )


@task(queue="notices")
def tell_of_adopter(*, participation_id: int) -> None:
    found = Participation.objects.select_related("subject").filter(pk=participation_id).first()
    if found is None:
        return
    services.notify(
        kind="adopters",
        member_ids=followers.owners_of(found.subject),
        subject_id=found.subject_id,
        key=f"participation:{found.pk}",
        actor_id=found.author_id,
    )


@task(queue="notices")
def forget_adopter(*, subject_id: int, participation_id: int) -> None:
    services.withdraw_event(kind="adopters", subject_id=subject_id, key=f"participation:{participation_id}")


@task(queue="notices")
def tell_of_ending(*, statement_id: int) -> None:
    """Ask the contact of a statement to renew it; the administrators where no contact speaks for the organisation."""
    ending = Statement.objects.current().select_related("subject").filter(pk=statement_id).first()
    if ending is None or ending.asked_until is None:
        return
    members = followers.speakers_for([ending.organisation_id])
    services.notify(
        kind="statement_ends",
        member_ids=members & {ending.contact_id}
        or members & followers.administrators_of(ending.organisation_id),
        subject_id=ending.subject_id,
        key=f"until:{ending.asked_until}",
    )


@task(queue="notices")
def tell_of_publication(*, page_id: int, actor_id: int | None) -> None:
    """Notify the author when the first language version is published, not of later translations."""
    page = UseCasePage.objects.filter(pk=page_id, live=True).select_related("work").first()
    if (
        page is None
        or page.get_translations().live().filter(first_published_at__lt=page.first_published_at).exists()
    ):
        return
    if page.owner_id and page.work:
        services.notify(
            kind="use_case_published",
            member_ids=[page.owner_id],
            subject_id=page.work.subject_id,
            key=f"published:{page_id}",
            actor_id=actor_id,
        )


@task(queue="notices")
def tell_of_changes_wanted(*, page_id: int, review_id: int, actor_id: int | None) -> None:
    """Notify the author of a use case. Only editors write other pages: notify the editor who submitted the page."""
    review = TaskState.objects.filter(pk=review_id).select_related("workflow_state").first()
    page = KnowledgePage.objects.filter(pk=page_id).select_related("work").first()
    if review is None or page is None:
        return
    is_use_case = page.work.kind == UseCasePage.kind
    if is_use_case and page.live:
        return
    recipient = page.owner_id if is_use_case else review.workflow_state.requested_by_id
    if recipient:
        services.notify(
            kind="use_case_sent_back",
            member_ids=[recipient],
            subject_id=page.work.subject_id,
            key=f"review:{review_id}:{page_id}",
            actor_id=actor_id,
        )


@task(queue="notices")
def tell_of_review(*, page_id: int, review_id: int, actor_id: int | None) -> None:
    page = KnowledgePage.objects.filter(pk=page_id).select_related("work").first()
    if page and TaskState.objects.filter(pk=review_id, status=TaskState.STATUS_IN_PROGRESS).exists():
        services.notify(
            kind="review_requested",
            member_ids=followers.editors(),
            subject_id=page.work.subject_id,
            key=f"review:{review_id}:{page_id}",
            actor_id=actor_id,
        )


@task(queue="notices")
def forget_review(*, page_id: int, review_id: int) -> None:
    page = KnowledgePage.objects.filter(pk=page_id).select_related("work").first()
    if page:
        services.withdraw_event(
            kind="review_requested", subject_id=page.work.subject_id, key=f"review:{review_id}:{page_id}"
        )


@task(queue="notices")
def tell_of_answer(*, answer_id: int, page_id: int, actor_id: int | None) -> None:
    """Notify the reviewer, or all editors when the reviewer is no longer an editor."""
    answer = ReviewAnswer.objects.filter(pk=answer_id).select_related("review").first()
    page = KnowledgePage.objects.filter(pk=page_id).select_related("work").first()
    if answer is None or page is None:
        return
    editors = followers.editors()
    services.notify(
        kind="review_answered",
        member_ids=editors & {answer.review.finished_by_id} or editors,
        subject_id=page.work.subject_id,
        key=f"answer:{answer_id}:{page_id}",
        actor_id=actor_id,
    )


@task(queue="notices")
def review_rights(*, member_id: int) -> None:
    if Member.objects.filter(pk=member_id).exists():
        services.drop_outdated_notices(member_id=member_id)


@task(queue="mail")
def mail_at_once(*, member_id: int, kind: str, subject_id: int) -> None:
    """Mail the notice, after the end of the member's quiet hours."""
    now = timezone.now()
    until = digests.send_at_once(member_id=member_id, kind=kind, subject_id=subject_id, now=now)
    if until:
        mail_at_once.using(run_after=until).enqueue(member_id=member_id, kind=kind, subject_id=subject_id)


@task(queue="mail")
def queue_due_digests() -> None:
    """Enqueue a task for each member whose digest is due, in the transaction that claims it."""
    now, more = timezone.now(), True
    while more:
        with transaction.atomic():
            more = bool(due := digests.claim(now))
            for member_id, period in due:
                mail_digest.enqueue(member_id=member_id, period=period)


@task(queue="mail")
def mail_digest(*, member_id: int, period: str) -> None:
    digests.send_digest(member_id=member_id, period=period)


@task(queue="framework")
def forget_old_notices() -> None:
    services.delete_old_notices(before=timezone.now() - KEEP)

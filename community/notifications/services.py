"""Writes notices, and what members do with them. Rows are locked in one order: subject, notices, inboxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from community.mail.services import address_of, resubscribe, unsubscribe
from community.mail.streams import NEWSLETTER
from community.members.models import Member
from community.notifications import kinds, policies
from community.notifications.digests import DIGEST
from community.notifications.hours import next_digest
from community.notifications.kinds import Kind
from community.notifications.models import Choice, Event, Inbox, Mute, Notice
from community.notifications.preferences import Preference, preferences_for, preferences_of
from community.notifications.signals import AnswerAwaited, NoticesChanged, answer_awaited, notices_changed
from core.audience import MEMBERS, PUBLIC, may_see, viewer_for, viewers_for
from core.signals import send_on_commit
from subjects.models import Subject

CHUNK = 500


@transaction.atomic
def notify(
    *, kind: str, member_ids: Iterable[int], subject_id: int, key: str, actor_id: int | None = None
) -> None:
    """Notify these members that something happened to the subject.

    The actor gets no notice, nor do members who may not see the subject, who silenced it or who turned the kind off.
    Idempotent for each (kind, subject, key).
    """
    notice_kind = kinds.find(kind)
    wanted = sorted(set(member_ids) - {actor_id})
    if not wanted:
        return
    # The lock makes events of one subject come one after the other, so that their ids are in the order of the notices.
    about = Subject.objects.select_for_update(of=("self",)).filter(pk=subject_id).first()
    if about is None:
        return
    event = about.notice_events.filter(kind=kind, key=key).first() or about.notice_events.create(
        kind=kind, key=key, actor_id=actor_id, happened_at=timezone.now()
    )
    for start in range(0, len(wanted), CHUNK):
        chunk = members_who_may_see(notice_kind, about, wanted[start : start + CHUNK])
        write_notices(notice_kind, event, preferences_for(notice_kind, chunk))


def members_who_may_see(kind: Kind, about: Subject, member_ids: Collection[int]) -> list[int]:
    """The active members who may see the subject, are concerned by the kind, and have not silenced it."""
    silenced = Mute.objects.filter(member=OuterRef("pk"), subject=about)
    members = Member.objects.filter(~Exists(silenced), pk__in=member_ids, is_active=True).order_by("pk")
    if about.audience & {PUBLIC, MEMBERS} and kind.concerns is kinds.everything:
        return [*members.values_list("pk", flat=True)]
    return [
        viewer.member_id
        for viewer in viewers_for(members)
        if viewer.member_id
        and may_see(viewer, about.audience)
        and about.pk in kind.concerns(viewer, [about.pk])
    ]


def write_notices(kind: Kind, event: Event, preferences: dict[int, Preference]) -> None:
    """Write the notices of an event. The number of statements does not depend on the number of members.

    A notice is one row for member, kind and subject. It covers the events after `since_event` up to `last_event`, so
    that a new event extends an unseen notice. Where the notice was seen, it starts again after the seen events.
    """
    now = timezone.now()
    Notice.objects.bulk_create(
        [
            Notice(
                member_id=pk,
                kind=kind.code,
                subject_id=event.subject_id,
                since_event=event.pk - 1,
                last_event=event.pk,
                on_site=preference.on_site,
                told_at=now,
            )
            for pk, preference in preferences.items()
        ],
        ignore_conflicts=True,
    )
    rows = Notice.objects.filter(member__in=preferences, kind=kind.code, subject=event.subject_id)
    # A notice that was seen up to its end begins again after it.
    since = Case(When(last_event__lte=F("seen_event"), then=F("seen_event")), default=F("since_event"))
    rows.filter(last_event__lt=event.pk).update(since_event=since, last_event=event.pk, told_at=now)
    # Events can arrive out of order. A late one extends a notice that has not been seen yet.
    rows.filter(seen_event=0, since_event__gte=event.pk).update(since_event=event.pk - 1)
    due = [pk for pk, preference in preferences.items() if preference.mail == "digest"]
    touch([*preferences], digest=due)
    unseen = set(rows.unseen().values_list("member", flat=True))
    for pk, preference in preferences.items():
        if preference.mail == "at_once" and pk in unseen:
            send_on_commit(answer_awaited, AnswerAwaited(pk, kind.code, event.subject_id))


def touch(member_ids: Collection[int], *, digest: Collection[int] = ()) -> None:
    """Raise the version of these members' bells, and set the time of the next digest for the members in `digest`."""
    Inbox.objects.bulk_create([Inbox(member_id=pk) for pk in member_ids], ignore_conflicts=True)
    inboxes = Inbox.objects.locked(member_ids)
    Inbox.objects.filter(pk__in=member_ids).update(version=F("version") + 1)
    now, waiting = timezone.now(), set(digest)
    due = [inbox for inbox in inboxes if inbox.pk in waiting and inbox.digest_due is None]
    for inbox in due:
        inbox.digest_due = next_digest(inbox, now)
    Inbox.objects.bulk_update(due, ["digest_due"])
    if member_ids:
        send_on_commit(notices_changed, NoticesChanged(tuple(member_ids)))


@transaction.atomic
def withdraw_event(*, kind: str, subject_id: int, key: str) -> None:
    """Remove an event from all notices: a post was removed, a request answered. Idempotent."""
    about = Subject.objects.select_for_update(of=("self",)).filter(pk=subject_id).first()
    event = about and Event.objects.filter(subject=about, kind=kind, key=key).first()
    if not event:
        return
    rows = Notice.objects.filter(subject=about, kind=kind)
    members = [*rows.unseen().values_list("member", flat=True)]
    earlier = Event.objects.filter(subject=about, kind=kind, pk__lt=event.pk).exclude(
        actor=OuterRef("member")
    )
    last = earlier.order_by().values("subject").annotate(last=Max("pk")).values("last")
    rows.filter(last_event=event.pk).update(last_event=Coalesce(Subquery(last), Value(0)))
    event.delete()
    # A notice that covered only this event is deleted.
    rows.filter(last_event__lte=F("since_event")).delete()
    for start in range(0, len(members), CHUNK):
        touch(members[start : start + CHUNK])


@transaction.atomic
def delete_old_notices(*, before: datetime) -> None:
    """Delete notices and events from before this time."""
    Notice.objects.filter(told_at__lt=before).delete()
    Event.objects.filter(happened_at__lt=before).delete()


@transaction.atomic
def drop_outdated_notices(*, member_id: int) -> None:
    """Delete the member's notices of kinds and subjects that no longer concern them, after their rights changed."""
    viewer = viewer_for(Member.objects.get(pk=member_id))
    dropped = 0
    for kind in kinds.all_kinds():
        if kind.concerns is kinds.everything:
            continue
        rows = Notice.objects.filter(member=member_id, kind=kind.code)
        ids = set(rows.values_list("subject", flat=True))
        dropped += rows.filter(subject__in=ids - set(kind.concerns(viewer, ids))).delete()[0]
    if dropped:
        touch([member_id])


@transaction.atomic
def see_subject(*, member_id: int, subject_id: int) -> None:
    """Mark the member's notices of the subject as seen. Idempotent."""
    rows = Notice.objects.filter(member=member_id, subject=subject_id).unseen()
    _see(member_id, [*rows.values_list("pk", flat=True)])


@transaction.atomic
def see_notice(*, actor: Member, notice: Notice) -> None:
    policies.can_see_notice(viewer_for(actor), notice).require()
    _see(notice.member_id, [notice.pk])


@transaction.atomic
def see_all(*, member_id: int) -> None:
    _see(member_id, [*Notice.objects.filter(member=member_id).unseen().values_list("pk", flat=True)])


def _see(member_id: int, ids: list[int]) -> None:
    if Notice.objects.filter(pk__in=ids).unseen().update(seen_event=F("last_event")):
        touch([member_id])


@transaction.atomic
def mute(*, member_id: int, subject: Subject) -> None:
    """Silence the subject for the member, and mark its notices as seen. Idempotent."""
    Mute.objects.get_or_create(member_id=member_id, subject=subject)
    see_subject(member_id=member_id, subject_id=subject.pk)


@transaction.atomic
def unmute(*, member_id: int, subject: Subject) -> None:
    Mute.objects.filter(member=member_id, subject=subject).delete()


@transaction.atomic
def choose(*, member_id: int, kind: Kind, preference: Preference) -> None:
    """Set how the member gets notices of the kind. It applies to existing notices too."""
    _choose(member_id, kind, preference)
    touch([member_id])


def _choose(member_id: int, kind: Kind, preference: Preference) -> None:
    """Store the choice. Whether mail of the kind is wanted at all is stored as a subscription in `community.mail`."""
    Choice.objects.update_or_create(
        member_id=member_id,
        kind=kind.code,
        defaults={
            "on_site": preference.on_site,
            "at_once": kind.needs_answer and preference.mail == "at_once",
        },
    )
    set_mail_subscription(member_id=member_id, stream=kind.stream, wanted=preference.mail != "off")
    Notice.objects.filter(member=member_id, kind=kind.code).update(on_site=preference.on_site)


def set_mail_subscription(*, member_id: int, stream: str, wanted: bool) -> None:
    """Subscribe or unsubscribe the member's address. Writes nothing where the address already is as wanted."""
    address = address_of(Member.objects.get(pk=member_id))
    is_off = address.subscriptions.filter(stream=stream, wanted=False).exists()
    if wanted and is_off:
        resubscribe(address=address, stream=stream)
    elif not wanted and not is_off:
        unsubscribe(address=address, stream=stream)


@transaction.atomic
def reduce(*, member_id: int, kind: Kind) -> Preference:
    """Reduce a kind by one step: mail at once → with the digest → on the site only → off. Return the new preference."""
    preference = preferences_of(member_id)[kind.code].less()
    choose(member_id=member_id, kind=kind, preference=preference)
    return preference


@transaction.atomic
def increase(*, member_id: int, kind: Kind) -> Preference:
    """Increase a kind by one step. Return the new preference."""
    preference = preferences_of(member_id)[kind.code].more(needs_answer=kind.needs_answer)
    choose(member_id=member_id, kind=kind, preference=preference)
    return preference


@transaction.atomic
def save_settings(
    *,
    member_id: int,
    preferences: dict[str, Preference],
    frequency: str | None,
    hour: int,
    weekday: int,
    quiet_from: int | None,
    quiet_until: int | None,
    newsletter: bool | None = None,
) -> None:
    """Store the preference for each kind (by code), the time of digests, the quiet hours and the newsletter.

    `frequency` None: no digests. `newsletter` None: unchanged. Notices that wait for a digest are mailed at the new
    hour.
    """
    was = preferences_of(member_id)
    for code, preference in preferences.items():
        if preference != was[code]:
            _choose(member_id, kinds.find(code), preference)
    set_mail_subscription(member_id=member_id, stream=DIGEST, wanted=frequency is not None)
    address = address_of(Member.objects.get(pk=member_id))
    if newsletter is not None and newsletter != address.wants(NEWSLETTER):
        (resubscribe if newsletter else unsubscribe)(address=address, stream=NEWSLETTER)
    touch([member_id])
    inbox = Inbox.objects.get(pk=member_id)
    inbox.frequency, inbox.hour, inbox.weekday = frequency or inbox.frequency, hour, weekday
    inbox.quiet_from, inbox.quiet_until = quiet_from, quiet_until
    if inbox.digest_due:
        inbox.digest_due = next_digest(inbox, timezone.now())
    inbox.save(update_fields=["frequency", "hour", "weekday", "quiet_from", "quiet_until", "digest_due"])


@transaction.atomic
def renew_feed(*, member_id: int) -> None:
    """Give the private feed a new address. The old one no longer works."""
    Inbox.objects.update_or_create(pk=member_id, defaults={"feed_token": uuid4()})


@transaction.atomic
def close_feed(*, member_id: int) -> None:
    Inbox.objects.filter(pk=member_id).update(feed_token=None)

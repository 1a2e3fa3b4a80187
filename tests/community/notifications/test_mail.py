"""Mail about notices: a digest at the member's hour, and at once only for what needs an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from community.discussions.models import Post
from community.discussions.services import remove_post
from community.mail import links
from community.mail.models import Delivery
from community.mail.services import address_of, unsubscribe
from community.members.models import Member
from community.notifications import digests, kinds, services, tasks
from community.notifications.models import Inbox, Notice
from community.notifications.preferences import Preference, preferences_of
from community.organisations import services as organisations
from community.projects import services as projects
from community.projects.models import Project
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory
from tests.support.notices import run_notices

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

Say = Callable[..., Post]
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC)


@pytest.fixture
def anna(project: Project) -> Member:
    """The author of the project, who reads English and has no quiet hours."""
    author: Member = project.author
    address = address_of(author)
    address.language = "en"
    address.save()
    Inbox.objects.update_or_create(pk=author.pk, defaults={"quiet_from": None, "quiet_until": None})
    return author


def mails_to(member: Member) -> list[Delivery]:
    return list(
        Delivery.objects.filter(address__member=member).exclude(stream="account").order_by("created_at")
    )


def digest_hour(days_ago: int = 1) -> None:
    """Make every digest due and send them."""
    Inbox.objects.exclude(digest_due=None).update(digest_due=timezone.now() - timedelta(days=days_ago))
    tasks.queue_due_digests.call()
    run_notices()


# --- the digest


def test_new_notices_are_sent_in_one_digest_at_the_members_hour(
    anna: Member, project: Project, say: Say
) -> None:
    say(MemberFactory())
    say(MemberFactory())
    adopter = MembershipFactory(organisation__name="Sundby kommun")
    projects.adopt(actor=adopter.member, organisation=adopter.organisation, subject=project)
    run_notices()
    tasks.queue_due_digests.call()
    run_notices()
    assert mails_to(anna) == [], "its hour has not come yet"
    digest_hour()
    (mail,) = mails_to(anna)
    assert mail.stream == "digest"
    assert mail.subject == "2 updates for you on Samverka"
    for body in (mail.text, mail.html):
        assert "2 new posts in “Answer questions about waste”" in body
        assert "Sundby kommun does" in body
        assert body.index("Sundby") < body.index("2 new posts"), "newest first"
        assert "You are receiving this because" in body
        assert "/en/notices/" in body
    assert f"{project.get_absolute_url()}" in mail.text or "/en/projects/" in mail.text


def test_a_digest_with_one_notice_has_its_sentence_as_subject(anna: Member, say: Say) -> None:
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    digest_hour()
    assert [mail.subject for mail in mails_to(anna)] == ["Bo Ek wrote in “Answer questions about waste”"]


def test_a_digest_is_written_in_the_readers_language(anna: Member, say: Say) -> None:
    address = address_of(anna)
    address.language = "sv"
    address.save()
    say(MemberFactory())
    say(MemberFactory())
    digest_hour()
    (mail,) = mails_to(anna)
    with translation.override("sv"):
        assert (
            str(kinds.find("posts").many % {"count": 2, "subject": "Answer questions about waste"})
            in mail.text
        )
    assert "/en/" not in mail.text


def test_each_notice_is_mailed_once_and_without_new_notices_no_digest_is_sent(anna: Member, say: Say) -> None:
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    say(bo)
    digest_hour(3)
    digest_hour(2)
    assert len(mails_to(anna)) == 1
    assert Inbox.objects.get(pk=anna.pk).digest_due is None
    say(bo)
    digest_hour()
    assert [mail.subject for mail in mails_to(anna)] == [
        "Bo Ek wrote in “Answer questions about waste”"
    ] * 2, "only notices since the last mail"


def test_a_notice_seen_on_the_site_is_not_mailed(anna: Member, project: Project, say: Say) -> None:
    say(MemberFactory())
    services.see_subject(member_id=anna.pk, subject_id=project.subject_id)
    digest_hour()
    assert mails_to(anna) == []


@pytest.mark.parametrize("way", ["removed", "muted", "withdrawn", "gone", "closed"])
def test_a_notice_that_no_longer_holds_is_not_mailed(
    project: Project, anna: Member, say: Say, way: str
) -> None:
    bo, eva = MemberFactory(), MemberFactory()
    address_of(bo)
    say(bo)
    post = say(eva)
    services.see_all(member_id=anna.pk)
    match way:
        case "removed":
            remove_post(post=post, actor=post.author)
        case "muted":
            services.mute(member_id=bo.pk, subject=project.subject)
        case "withdrawn":
            projects.change_visibility(actor=anna, project=project, to="organisation")
        case "gone":
            project.delete()
        case "closed":
            bo.is_active = False
            bo.save()
    run_notices()
    digest_hour()
    assert mails_to(bo) == []


@pytest.mark.parametrize("stream", ["digest", "notices.posts"])
def test_a_member_who_unsubscribed_gets_no_digest(anna: Member, say: Say, stream: str) -> None:
    unsubscribe(address=address_of(anna), stream=stream)
    say(MemberFactory())
    digest_hour()
    assert mails_to(anna) == []
    assert Notice.objects.filter(member=anna).unseen().exists(), "the notice is still shown on the site"


def test_an_unconfirmed_address_gets_no_digest(project: Project, say: Say) -> None:
    bo = MemberFactory()
    EmailAddress.objects.create(user=bo, email=bo.email, verified=False, primary=True)
    say(bo)
    say(project.author)
    digest_hour()
    assert mails_to(bo) == []


def test_a_notice_hidden_on_the_site_can_still_be_mailed(anna: Member, say: Say) -> None:
    services.choose(
        member_id=anna.pk, kind=kinds.find("posts"), preference=Preference(on_site=False, mail="digest")
    )
    say(MemberFactory())
    assert not Notice.objects.filter(member=anna).on_site().exists()
    digest_hour()
    assert len(mails_to(anna)) == 1


def test_a_digest_task_that_runs_twice_sends_one_mail_and_loses_no_new_notice(anna: Member, say: Say) -> None:
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    say(bo)
    for _ in range(2):
        tasks.mail_digest.call(member_id=anna.pk, period="2026-11-24T06:00Z")
    assert len(mails_to(anna)) == 1
    say(bo)
    tasks.mail_digest.call(member_id=anna.pk, period="2026-11-24T06:00Z")
    assert len(mails_to(anna)) == 1, "one digest for each period"
    tasks.mail_digest.call(member_id=anna.pk, period="2026-11-25T06:00Z")
    assert len(mails_to(anna)) == 2, "notices since then are in the next digest"


def test_queueing_digests_twice_enqueues_one_task_per_member(anna: Member, say: Say) -> None:
    say(MemberFactory())
    Inbox.objects.exclude(digest_due=None).update(digest_due=timezone.now())
    tasks.queue_due_digests.call()
    tasks.queue_due_digests.call()
    queued = DBTaskResult.objects.filter(task_path=tasks.mail_digest.module_path)
    assert queued.count() == 1
    run_notices()
    assert len(mails_to(anna)) == 1


def test_a_long_digest_ends_with_the_number_of_further_notices(
    anna: Member, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "AT_MOST", 2)
    for _ in range(5):
        mine = ProjectFactory(organisation=project.organisation, author=anna)
        services.notify(kind="posts", member_ids=[anna.pk], subject_id=mine.subject_id, key="post:1")
    digest_hour()
    (mail,) = mails_to(anna)
    assert mail.subject == "5 updates for you on Samverka"
    assert "… and 3 more updates" in mail.text
    assert mail.text.count("somebody") + mail.text.count("Somebody wrote") == 2


def test_a_digest_needs_no_more_queries_for_more_notices(anna: Member, project: Project) -> None:
    def cost(number: int, period: str) -> int:
        for _ in range(number):
            mine = ProjectFactory(organisation=project.organisation, author=anna)
            services.notify(kind="posts", member_ids=[anna.pk], subject_id=mine.subject_id, key="post:1")
        with CaptureQueriesContext(connection) as queries:
            tasks.mail_digest.call(member_id=anna.pk, period=period)
        return len(queries)

    few = cost(2, "a")
    assert cost(12, "b") <= few <= 35


# --- at once


def ask(project: Project) -> Any:
    membership = organisations.join_organisation(
        actor=MemberFactory(first_name="Vera", last_name="Vik"), organisation=project.organisation
    )
    run_notices()
    return membership


def test_a_membership_request_is_mailed_at_once_and_not_in_the_digest(anna: Member, project: Project) -> None:
    ask(project)
    (mail,) = mails_to(anna)
    assert mail.stream == "notices.membership_request"
    assert mail.subject == f"Vera Vik asks to represent {project.organisation.name}"
    assert project.organisation.slug in mail.text
    assert "You are receiving this because you decide who can represent the organisation." in mail.text
    run_notices()
    digest_hour()
    assert len(mails_to(anna)) == 1
    ask(project)
    assert len(mails_to(anna)) == 2


def test_one_click_unsubscribe_turns_off_the_mail_of_that_kind(anna: Member, project: Project) -> None:
    ask(project)
    (mail,) = mails_to(anna)
    link = links.unsubscribe_url(address_of(anna), mail.stream, "en")
    assert link in mail.text
    Client().post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"})
    assert preferences_of(anna.pk)["membership_request"] == Preference(on_site=True, mail="off")
    ask(project)
    digest_hour()
    assert len(mails_to(anna)) == 1


def test_a_member_can_choose_the_digest_for_membership_requests(anna: Member, project: Project) -> None:
    services.choose(
        member_id=anna.pk,
        kind=kinds.find("membership_request"),
        preference=Preference(on_site=True, mail="digest"),
    )
    ask(project)
    assert mails_to(anna) == []
    digest_hour()
    assert [mail.stream for mail in mails_to(anna)] == ["digest"]


def at_once(member: Member, now: datetime) -> datetime | None:
    notice = Notice.objects.get(member=member)
    return digests.send_at_once(member_id=member.pk, kind=notice.kind, subject_id=notice.subject_id, now=now)


def test_mail_in_quiet_hours_is_sent_when_they_end(anna: Member, project: Project) -> None:
    organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
    tasks.tell_of_request.call(
        organisation_id=project.organisation_id,
        member_id=project.organisation.memberships.waiting().get().member_id,
    )
    Inbox.objects.filter(pk=anna.pk).update(quiet_from=19, quiet_until=7)
    assert at_once(anna, NIGHT) == datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert mails_to(anna) == []
    assert at_once(anna, NOON) is None
    assert len(mails_to(anna)) == 1
    assert at_once(anna, NOON) is None
    assert len(mails_to(anna)) == 1


def test_a_task_in_quiet_hours_is_enqueued_for_later(anna: Member, project: Project) -> None:
    now = timezone.localtime()
    Inbox.objects.filter(pk=anna.pk).update(quiet_from=now.hour, quiet_until=(now.hour + 2) % 24)
    ask(project)
    assert mails_to(anna) == []
    waiting = DBTaskResult.objects.filter(task_path=tasks.mail_at_once.module_path, status="READY")
    assert waiting.get().run_after > timezone.now() + timedelta(minutes=59)


def test_a_request_that_was_seen_or_answered_in_quiet_hours_is_not_mailed(
    anna: Member, project: Project
) -> None:
    now = timezone.localtime()
    Inbox.objects.filter(pk=anna.pk).update(quiet_from=now.hour, quiet_until=(now.hour + 2) % 24)
    membership = ask(project)
    notice = Notice.objects.get(member=anna)
    services.see_all(member_id=anna.pk)
    args = {"member_id": anna.pk, "kind": notice.kind, "subject_id": notice.subject_id, "now": NOON}
    Inbox.objects.filter(pk=anna.pk).update(quiet_from=None)
    assert digests.send_at_once(**args) is None
    organisations.decline_membership(actor=anna, membership=membership)
    run_notices()
    assert digests.send_at_once(**args) is None
    assert mails_to(anna) == []

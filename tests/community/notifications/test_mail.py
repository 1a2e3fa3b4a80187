"""What is mailed: the digest at the member's hour, and at once only what asks for an answer."""

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
    """Who answers for the project, reads English, and has no quiet hours."""
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
    """Everybody's hour has come."""
    Inbox.objects.exclude(digest_due=None).update(digest_due=timezone.now() - timedelta(days=days_ago))
    tasks.queue_due_digests.call()
    run_notices()


# --- the digest


def test_what_is_new_waits_for_the_members_hour_and_comes_in_one_mail(
    anna: Member, project: Project, say: Say
) -> None:
    say(MemberFactory())
    say(MemberFactory())
    adopter = MembershipFactory(organisation__name="Sundby kommun")
    projects.adopt(actor=adopter.member, organisation=adopter.organisation, subject=project)
    run_notices()
    tasks.queue_due_digests.call()
    run_notices()
    assert mails_to(anna) == [], "its hour has not come"
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


def test_a_digest_of_one_thing_says_it_in_its_subject(anna: Member, say: Say) -> None:
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    digest_hour()
    assert [mail.subject for mail in mails_to(anna)] == ["Bo Ek wrote in “Answer questions about waste”"]


def test_a_digest_speaks_the_readers_language(anna: Member, say: Say) -> None:
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


def test_nothing_is_mailed_twice_and_nothing_new_means_no_mail(anna: Member, say: Say) -> None:
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
    ] * 2, "only what came after the last mail"


def test_what_was_seen_on_the_site_is_not_mailed(anna: Member, project: Project, say: Say) -> None:
    say(MemberFactory())
    services.see_subject(member_id=anna.pk, subject_id=project.subject_id)
    digest_hour()
    assert mails_to(anna) == []


@pytest.mark.parametrize("way", ["removed", "muted", "withdrawn", "gone", "closed"])
def test_what_is_no_longer_there_for_the_member_is_not_mailed(
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
def test_off_is_off(anna: Member, say: Say, stream: str) -> None:
    unsubscribe(address=address_of(anna), stream=stream)
    say(MemberFactory())
    digest_hour()
    assert mails_to(anna) == []
    assert Notice.objects.filter(member=anna).unseen().exists(), "the site still tells"


def test_an_address_nobody_confirmed_gets_no_digest(project: Project, say: Say) -> None:
    bo = MemberFactory()
    EmailAddress.objects.create(user=bo, email=bo.email, verified=False, primary=True)
    say(bo)
    say(project.author)
    digest_hour()
    assert mails_to(bo) == []


def test_what_is_kept_off_the_site_can_still_come_by_mail(anna: Member, say: Say) -> None:
    services.choose(
        member_id=anna.pk, kind=kinds.find("posts"), preference=Preference(on_site=False, mail="digest")
    )
    say(MemberFactory())
    assert not Notice.objects.filter(member=anna).on_site().exists()
    digest_hour()
    assert len(mails_to(anna)) == 1


def test_a_digest_task_that_runs_twice_mails_once_and_loses_nothing_new(anna: Member, say: Say) -> None:
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    say(bo)
    for _ in range(2):
        tasks.mail_digest.call(member_id=anna.pk, period="2026-11-24T06:00Z")
    assert len(mails_to(anna)) == 1
    say(bo)
    tasks.mail_digest.call(member_id=anna.pk, period="2026-11-24T06:00Z")
    assert len(mails_to(anna)) == 1, "one digest for each period"
    tasks.mail_digest.call(member_id=anna.pk, period="2026-11-25T06:00Z")
    assert len(mails_to(anna)) == 2, "what came meanwhile is in the next"


def test_two_workers_take_each_member_once(anna: Member, say: Say) -> None:
    say(MemberFactory())
    Inbox.objects.exclude(digest_due=None).update(digest_due=timezone.now())
    tasks.queue_due_digests.call()
    tasks.queue_due_digests.call()
    queued = DBTaskResult.objects.filter(task_path=tasks.mail_digest.module_path)
    assert queued.count() == 1
    run_notices()
    assert len(mails_to(anna)) == 1


def test_a_long_digest_ends_with_the_way_to_the_rest(
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


def test_a_digest_costs_the_same_however_much_there_is(anna: Member, project: Project) -> None:
    def cost(number: int, period: str) -> int:
        for _ in range(number):
            mine = ProjectFactory(organisation=project.organisation, author=anna)
            services.notify(kind="posts", member_ids=[anna.pk], subject_id=mine.subject_id, key="post:1")
        with CaptureQueriesContext(connection) as asked:
            tasks.mail_digest.call(member_id=anna.pk, period=period)
        return len(asked)

    few = cost(2, "a")
    assert cost(12, "b") <= few <= 35


# --- at once


def ask(project: Project) -> Any:
    membership = organisations.join_organisation(
        actor=MemberFactory(first_name="Vera", last_name="Vik"), organisation=project.organisation
    )
    run_notices()
    return membership


def test_what_asks_for_an_answer_is_mailed_at_once_and_not_again(anna: Member, project: Project) -> None:
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


def test_one_click_in_a_mail_turns_it_off_on_the_page_of_settings(anna: Member, project: Project) -> None:
    ask(project)
    (mail,) = mails_to(anna)
    link = links.unsubscribe_url(address_of(anna), mail.stream, "en")
    assert link in mail.text
    Client().post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"})
    assert preferences_of(anna.pk)["membership_request"] == Preference(on_site=True, mail="off")
    ask(project)
    digest_hour()
    assert len(mails_to(anna)) == 1


def test_who_wants_it_in_the_digest_gets_it_there(anna: Member, project: Project) -> None:
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


def test_in_quiet_hours_it_waits_until_they_end(anna: Member, project: Project) -> None:
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


def test_a_task_in_quiet_hours_puts_itself_off(anna: Member, project: Project) -> None:
    now = timezone.localtime()
    Inbox.objects.filter(pk=anna.pk).update(quiet_from=now.hour, quiet_until=(now.hour + 2) % 24)
    ask(project)
    assert mails_to(anna) == []
    waiting = DBTaskResult.objects.filter(task_path=tasks.mail_at_once.module_path, status="READY")
    assert waiting.get().run_after > timezone.now() + timedelta(minutes=59)


def test_what_was_answered_or_seen_while_it_waited_is_not_mailed(anna: Member, project: Project) -> None:
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

"""Which notices members get on the site, which they do not get, and how notices are worded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import TaskState

from community.discussions.models import Post
from community.discussions.services import post_message, remove_post, thread_of
from community.members.models import Member
from community.notifications import services, tasks
from community.notifications.bell import bell_of, bells_of
from community.notifications.models import Event, Inbox, Notice
from community.organisations import services as organisations
from community.organisations.models import Membership
from community.projects import services as projects
from community.projects.models import Project
from core.audience import organisation_token, viewer_for
from knowledge.models import Work
from knowledge.services import submit_for_review
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    UseCaseFactory,
)
from tests.support.notices import notices_of, run_notices, sentences, unseen
from tests.support.subjects import show_to

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

Say = Callable[..., Post]


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


# --- posts


def test_author_and_colleagues_get_a_notice_of_a_post_about_their_project(project: Project, say: Say) -> None:
    colleague = MembershipFactory(organisation=project.organisation).member
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    post = say(bo)
    for member in (project.author, colleague):
        (notice,) = notices_of(member)
        assert notice.sentence == "Bo Ek wrote in “Answer questions about waste”"
        assert notice.url == f"{project.get_absolute_url()}#post-{post.number}"
        assert notice.is_unseen
        assert notice.kind.why
    assert notices_of(bo) == [], "no notice of one's own actions"


def test_a_writer_gets_notices_of_later_posts_only(project: Project, say: Say) -> None:
    bo, eva, stranger = MemberFactory(), MemberFactory(), MemberFactory()
    say(project.author)
    say(bo)
    assert sentences(bo) == []
    say(eva)
    say(eva)
    assert sentences(bo) == ["2 new posts in “Answer questions about waste”"]
    assert sentences(eva) == []
    assert sentences(project.author) == ["3 new posts in “Answer questions about waste”"]
    assert sentences(stranger) == []


def test_a_notice_is_written_in_the_language_of_the_reader(project: Project, say: Say) -> None:
    for _ in range(2):
        say(MemberFactory())
    with translation.override("sv"):
        assert sentences(project.author) == [
            str(notices_of(project.author)[0].kind.many % {"count": 2, "subject": project.title})
        ]


def test_a_seen_group_starts_counting_again(project: Project, say: Say) -> None:
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    say(bo)
    say(bo)
    services.see_all(member_id=project.author_id)
    assert unseen(project.author) == []
    assert sentences(project.author) == ["2 new posts in “Answer questions about waste”"]
    say(bo)
    assert unseen(project.author) == ["Bo Ek wrote in “Answer questions about waste”"]
    assert len(notices_of(project.author)) == 1, "one line for each subject"


def test_own_posts_are_not_counted(project: Project, say: Say) -> None:
    bo = MemberFactory()
    say(bo)
    say(project.author)
    say(bo)
    assert sentences(project.author) == ["2 new posts in “Answer questions about waste”"]


def test_removing_a_post_removes_it_from_the_notice(project: Project, say: Say) -> None:
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    kept, regretted = say(bo), say(bo)
    remove_post(post=regretted, actor=regretted.author)
    run_notices()
    assert unseen(project.author) == ["Bo Ek wrote in “Answer questions about waste”"]
    remove_post(post=kept, actor=kept.author)
    run_notices()
    assert sentences(project.author) == []
    assert not Notice.objects.filter(member=project.author).exists()


def test_a_post_removed_before_the_task_runs_causes_no_notice(project: Project) -> None:
    post = post_message(thread=thread_of(project), actor=MemberFactory(), text="Oh")
    remove_post(post=post, actor=post.author)
    run_notices()
    assert sentences(project.author) == []


def test_owners_of_a_use_case_get_notices_of_posts_and_adopters_do_not() -> None:
    work = Work.objects.get(pk=UseCaseFactory(title="Gatuljus").work_id)
    owner, adopter = MembershipFactory(), MembershipFactory()
    ParticipationFactory(work=work, organisation=owner.organisation, role="owner")
    ParticipationFactory(work=work, organisation=adopter.organisation)
    post_message(thread=thread_of(work), actor=MemberFactory(first_name="Bo", last_name="Ek"), text="Hm")
    run_notices()
    assert sentences(owner.member) == ["Bo Ek wrote in “Gatuljus”"]
    assert sentences(adopter.member) == []


# --- organisations


def test_only_administrators_get_a_notice_of_a_membership_request(project: Project) -> None:
    organisation = project.organisation
    colleague = MembershipFactory(organisation=organisation).member
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    staff = MemberFactory(is_staff=True)
    organisations.join_organisation(actor=bo, organisation=organisation)
    run_notices()
    assert sentences(project.author) == [f"Bo Ek asks to represent {organisation.name}"]
    for member in (colleague, bo, staff):
        assert sentences(member) == []


def test_staff_get_membership_requests_of_organisations_without_administrators() -> None:
    staff, organisation = MemberFactory(is_staff=True), OrganisationFactory()
    for _ in range(2):
        organisations.join_organisation(actor=MemberFactory(), organisation=organisation)
    run_notices()
    assert sentences(staff) == [f"2 people ask to represent {organisation.name}"]


@pytest.mark.parametrize("answer", [organisations.confirm_membership, organisations.decline_membership])
def test_an_answered_request_disappears_from_the_notices(
    project: Project, answer: Callable[..., None]
) -> None:
    second = MembershipFactory(organisation=project.organisation, role="admin").member
    bo = MemberFactory()
    membership = organisations.join_organisation(actor=bo, organisation=project.organisation)
    run_notices()
    assert unseen(second)
    answer(actor=project.author, membership=membership)
    run_notices()
    assert sentences(second) == []
    is_confirmed = answer is organisations.confirm_membership
    assert sentences(bo) == [f"You can now represent {project.organisation.name}"] * is_confirmed


def test_creating_an_organisation_causes_no_notice_to_its_creator() -> None:
    anna = MemberFactory(confirmed=True)
    organisations.create_organisation(name="Nya Lyktan", kind="civil_society", place=None, actor=anna)
    run_notices()
    assert sentences(anna) == []


def test_staff_get_a_notice_when_a_member_adds_a_public_body() -> None:
    staff = MemberFactory(is_staff=True)
    anna = MemberFactory(first_name="Anna", last_name="Ek", confirmed=True)
    added = organisations.create_organisation(name="Nybo kommun", kind="municipality", place=None, actor=anna)
    run_notices()
    assert any("Nybo kommun" in sentence for sentence in unseen(staff))
    organisations.confirm_membership(actor=staff, membership=added.memberships.get())
    run_notices()
    assert sentences(anna) == ["You can now represent Nybo kommun"]


# --- projects and use cases


def test_owners_get_a_notice_of_each_adopter(project: Project) -> None:
    adopter = MembershipFactory(organisation__name="Sundby kommun")
    projects.adopt(actor=adopter.member, organisation=adopter.organisation, subject=project)
    run_notices()
    assert sentences(project.author) == ["Sundby kommun does “Answer questions about waste” too"]
    assert sentences(adopter.member) == []
    projects.withdraw_participation(
        actor=adopter.member, participation=project.subject.participations.get(role="adopter")
    )
    run_notices()
    assert sentences(project.author) == []


def test_an_author_gets_a_notice_when_a_use_case_is_sent_back_or_published() -> None:
    anna, editor = MemberFactory(), MemberFactory(is_superuser=True, is_staff=True)
    page = UseCaseFactory(title="Gatuljus", live=False, owner=anna)
    for _ in range(2):
        submit_for_review(actor=anna, page=page)
        page.refresh_from_db()
        state: TaskState = page.current_workflow_task_state
        state.reject(user=editor, comment="More about cost")
        run_notices()
        (notice,) = notices_of(anna)
        assert notice.sentence == "The editors ask you to change “Gatuljus”"
        assert notice.is_unseen
        services.see_all(member_id=anna.pk)
        page = page.specific_class.objects.get(pk=page.pk)
    submit_for_review(actor=anna, page=page)
    page = page.specific_class.objects.get(pk=page.pk)
    page.current_workflow_task_state.approve(user=editor)
    run_notices()
    assert unseen(anna) == ["“Gatuljus” has been published"]
    page = page.specific_class.objects.get(pk=page.pk)
    assert notices_of(anna)[0].url == page.url
    services.see_all(member_id=anna.pk)
    page.save_revision().publish()
    run_notices()
    assert unseen(anna) == [], "only the first time is news"


# --- no notices of hidden subjects


def test_a_hidden_subject_causes_no_notices(project: Project, say: Say) -> None:
    bo = MemberFactory()
    say(bo)
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    say(project.author)
    assert sentences(bo) == []
    assert not Notice.objects.filter(member=bo).exists()


def test_notices_follow_the_visibility_of_their_subject(project: Project, say: Say) -> None:
    bo = MemberFactory()
    say(bo)
    say(project.author)
    assert len(sentences(bo)) == 1
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    assert sentences(bo) == []
    project.refresh_from_db()
    projects.change_visibility(actor=project.author, project=project, to="public")
    assert len(sentences(bo)) == 1


def test_a_former_member_sees_no_notices_of_the_organisation(project: Project, say: Say) -> None:
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    leaving = MembershipFactory(organisation=project.organisation)
    say(project.author)
    assert len(sentences(leaving.member)) == 1
    leaving.delete()
    assert sentences(leaving.member) == []


def test_a_former_administrator_sees_no_membership_requests(project: Project) -> None:
    second = MembershipFactory(organisation=project.organisation, role="admin")
    organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
    run_notices()
    assert len(sentences(second.member)) == 1
    organisations.give_role(actor=project.author, membership=second, role="member")
    assert sentences(second.member) == [], "at once"
    run_notices()
    assert not Notice.objects.filter(member=second.member).exists(), "the count no longer includes it either"


def test_hiding_a_subject_hides_its_notices_immediately(project: Project, say: Say) -> None:
    bo = MemberFactory()
    say(bo)
    say(project.author)
    show_to(project, frozenset({organisation_token(project.organisation_id)}))
    assert sentences(bo) == []


def test_a_closed_account_gets_no_notices(project: Project, say: Say) -> None:
    bo = MemberFactory()
    say(bo)
    bo.is_active = False
    bo.save()
    say(project.author)
    assert not Notice.objects.filter(member=bo).exists()


def test_deleting_a_subject_deletes_its_notices(project: Project, say: Say) -> None:
    say(MemberFactory())
    assert Notice.objects.exists()
    project.delete()
    run_notices()
    assert [model.objects.count() for model in (Notice, Event)] == [0, 0]


# --- muting


def test_a_muted_subject_causes_no_notices_and_other_subjects_do(project: Project, say: Say) -> None:
    other = ProjectFactory(organisation=project.organisation, author=project.author, title="Other")
    bo = MemberFactory(first_name="Bo", last_name="Ek")
    say(bo)
    subject = project.subject
    services.mute(member_id=project.author_id, subject=subject)
    say(bo)
    say(bo, about=other)
    assert unseen(project.author) == ["Bo Ek wrote in “Other”"]
    services.unmute(member_id=project.author_id, subject=subject)
    say(bo)
    assert unseen(project.author)[0] == "2 new posts in “Answer questions about waste”", (
        "earlier posts count too"
    )


# --- each notice once


def test_a_task_that_runs_twice_creates_one_notice(project: Project, say: Say) -> None:
    post = say(MemberFactory(first_name="Bo", last_name="Ek"))
    before = [notice.sentence for notice in notices_of(project.author)]
    tasks.tell_of_post.call(post_id=post.pk)
    assert sentences(project.author) == before
    services.see_all(member_id=project.author_id)
    tasks.tell_of_post.call(post_id=post.pk)
    assert unseen(project.author) == [], "a seen notice stays seen"


def test_no_post_is_lost_when_two_workers_run_the_tasks_in_the_wrong_order(project: Project) -> None:
    bo = MemberFactory()
    thread = thread_of(project)
    first = post_message(thread=thread, actor=bo, text="First")
    second = post_message(thread=thread, actor=bo, text="Second")
    about = project.subject
    for post in (first, second):
        Event.objects.create(
            kind="posts", subject=about, key=f"post:{post.number}", actor=bo, happened_at=timezone.now()
        )
    tasks.tell_of_post.call(post_id=second.pk)
    tasks.tell_of_post.call(post_id=first.pk)
    assert sentences(project.author) == ["2 new posts in “Answer questions about waste”"]


def test_a_thousand_members_are_notified_in_a_few_statements(project: Project) -> None:
    members = MemberFactory.create_batch(1100)
    ids = [member.pk for member in members]

    def notify(key: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            services.notify(kind="posts", member_ids=ids, subject_id=project.subject_id, key=key)
        return len(queries)

    few = notify("post:1")
    assert few <= 75, "25 for each 500"
    assert notify("post:2") <= few
    assert Notice.objects.unseen().count() == 1100
    assert Inbox.objects.filter(digest_due__isnull=False).count() == 1100


def test_notices_of_a_restricted_subject_need_no_more_statements_for_more_members(project: Project) -> None:
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    outsider, closed = MemberFactory(), MembershipFactory(organisation=project.organisation).member
    Member.objects.filter(pk=closed.pk).update(is_active=False)

    def notify(count: int) -> int:
        colleagues = MembershipFactory.create_batch(count, organisation=project.organisation)
        ids = [closed.pk, outsider.pk, *(each.member_id for each in colleagues)]
        with CaptureQueriesContext(connection) as queries:
            services.notify(kind="posts", member_ids=ids, subject_id=project.subject_id, key=f"post:{count}")
            bells = bells_of(ids)
        assert [bells[each.member_id].unseen for each in colleagues] == [1] * count
        assert not Notice.objects.filter(member__in=[closed, outsider]).exists()
        return len(queries)

    few = notify(2)
    assert notify(30) <= few


def test_bell_of_and_bells_of_return_the_same_count(project: Project, say: Say) -> None:
    bo = MembershipFactory(organisation=project.organisation).member
    hidden = ProjectFactory(organisation=project.organisation, author=bo)
    for about in (project, hidden):
        say(bo, about=about)
    projects.change_visibility(actor=bo, project=hidden, to="organisation")
    bell = bell_of(viewer_for(project.author))
    assert bells_of([project.author_id]) == {project.author_id: bell}
    assert bell.unseen == 2
    Membership.objects.filter(member=project.author_id).delete()
    bell = bell_of(viewer_for(project.author))
    assert bells_of([project.author_id]) == {project.author_id: bell}
    assert bell.unseen == 1


def test_old_notices_are_deleted(project: Project, say: Say) -> None:
    say(MemberFactory())
    services.delete_old_notices(before=timezone.now() - timedelta(days=1))
    assert Notice.objects.exists()
    services.delete_old_notices(before=timezone.now() + timedelta(days=1))
    assert [model.objects.count() for model in (Notice, Event)] == [0, 0]

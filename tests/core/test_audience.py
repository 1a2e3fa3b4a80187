"""A viewer and an audience are sets of tokens. A viewer may see a subject when the sets meet, in Python as in SQL."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from community.members.models import Member
from community.members.roles import GROUPS
from community.organisations.services import confirm_membership, decline_membership
from core.audience import (
    ADDRESS_CONFIRMED,
    ANONYMOUS,
    MEMBERS,
    PUBLIC,
    STAFF,
    SUPERUSER,
    RightsChanged,
    Viewer,
    ViewerMiddleware,
    applicant_token,
    may_see,
    member_token,
    organisation_token,
    rights_changed,
    room_token,
    viewer_for,
    viewers_for,
)
from knowledge.models import Work
from subjects.models import Subject
from tests.factories import MemberFactory, MembershipFactory
from tests.support.subjects import show_to

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

TOKENS = st.frozensets(
    st.one_of(
        st.sampled_from([PUBLIC, MEMBERS, STAFF]),
        st.integers(1, 12).map(organisation_token),
        st.integers(1, 12).map(member_token),
        st.integers(1, 12).map(room_token),
    ),
    max_size=6,
)


def work(audience: frozenset[str]) -> Work:
    return show_to(Work.objects.create(translation_key=uuid.uuid4(), kind="guide"), audience)


def viewer(*tokens: str) -> Viewer:
    return Viewer(member_id=1, tokens=frozenset(tokens))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(audiences=st.lists(TOKENS, max_size=5), tokens=TOKENS)
def test_the_query_and_the_python_rule_agree(audiences: list[frozenset[str]], tokens: frozenset[str]) -> None:
    Work.objects.all().delete()
    works = [work(audience) for audience in audiences]
    somebody = viewer(*tokens)
    found = set(Work.objects.visible_to(somebody).values_list("pk", flat=True))
    assert found == {subject.pk for subject in works if may_see(somebody, subject.audience)}
    hidden = set(Work.objects.exclude(subject__audience__meets=tokens).values_list("pk", flat=True))
    assert hidden == {subject.pk for subject in works} - found


@pytest.mark.parametrize(
    "audience", [frozenset(), frozenset({PUBLIC}), frozenset({"org:1", "org:11", 'a"b, {c}'})]
)
def test_an_audience_is_read_as_it_was_stored(audience: frozenset[str]) -> None:
    subject = work(audience)
    assert Work.objects.get(pk=subject.pk).audience == audience
    show_to(subject, audience | {MEMBERS})
    assert Work.objects.get(pk=subject.pk).audience == audience | {MEMBERS}
    field = Subject._meta.get_field("audience")
    assert field.to_python(field.value_to_string(subject.subject)) == audience | {MEMBERS}


def test_an_empty_audience_is_invisible_and_a_viewer_without_tokens_sees_nothing() -> None:
    hidden, shown = work(frozenset()), work(frozenset({PUBLIC}))
    assert list(Work.objects.visible_to(viewer(PUBLIC, MEMBERS, STAFF))) == [shown]
    assert not Work.objects.visible_to(viewer()).exists()
    assert not may_see(viewer(PUBLIC), hidden.audience)


def test_a_token_does_not_match_a_longer_token_with_the_same_prefix() -> None:
    work(frozenset({organisation_token(11)}))
    assert not Work.objects.visible_to(viewer(organisation_token(1))).exists()


def test_a_viewer_with_many_tokens_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    subject = work(frozenset({organisation_token(1_999)}))
    many = viewer(*(organisation_token(pk) for pk in range(2_000)))
    with django_assert_num_queries(1):
        assert list(Work.objects.visible_to(many)) == [subject]


def test_viewer_for_returns_the_tokens_of_each_kind_of_person() -> None:
    membership, waiting = MembershipFactory(), MembershipFactory(waiting=True)
    member, staff = membership.member, MemberFactory(is_staff=True)
    assert viewer_for(AnonymousUser()) == ANONYMOUS
    assert ANONYMOUS.is_anonymous
    assert viewer_for(member).tokens == {
        PUBLIC,
        MEMBERS,
        member_token(member.pk),
        organisation_token(membership.organisation_id),
    }
    assert viewer_for(waiting.member).tokens == {
        PUBLIC,
        MEMBERS,
        member_token(waiting.member_id),
        applicant_token(waiting.organisation_id),
    }
    assert viewer_for(staff).tokens == {PUBLIC, MEMBERS, member_token(staff.pk), STAFF}
    superuser = MemberFactory(is_staff=True, is_superuser=True, confirmed=True)
    assert viewer_for(superuser).tokens >= {STAFF, SUPERUSER, ADDRESS_CONFIRMED}


def test_a_viewer_answers_from_its_tokens() -> None:
    admin, waiting = MembershipFactory(role="admin"), MembershipFactory(waiting=True)
    (own, asked) = (one.organisation_id for one in (admin, waiting))
    administrator, applicant = viewer_for(admin.member), viewer_for(waiting.member)
    assert administrator.speaks_for(own)
    assert administrator.administers(own)
    assert administrator.organisation_ids == {own}
    assert not administrator.belongs_to(asked)
    assert applicant.belongs_to(asked)
    assert not applicant.speaks_for(asked)
    assert not applicant.administers(asked)
    assert not applicant.organisation_ids
    assert not viewer_for(MembershipFactory(organisation=admin.organisation).member).administers(own)
    assert administrator.is_member(admin.member_id)
    assert not ANONYMOUS.is_member(None)
    assert not ANONYMOUS.has(MEMBERS, STAFF)


def test_a_request_reads_its_viewer_once_also_for_the_services_it_calls(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user = MembershipFactory().member
    ViewerMiddleware(lambda request: HttpResponse())(request)
    with django_assert_num_queries(2):
        assert request.viewer.member_id == request.user.pk
        assert viewer_for(request.user) == request.viewer
    same = Member.objects.get(pk=request.user.pk)
    with django_assert_num_queries(2):
        assert viewer_for(same) == request.viewer


def test_viewers_for_many_users_equal_viewer_for_each_in_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    both = MembershipFactory()
    MembershipFactory(member=both.member)
    editor, staff = MemberFactory(), MemberFactory(is_staff=True)
    editor.groups.add(*Group.objects.filter(name__in=GROUPS.values()))
    users = [both.member, AnonymousUser(), MemberFactory(is_active=False), editor, staff, MemberFactory()]
    each = [viewer_for(user) for user in users]
    assert [len(one.tokens) for one in each] == [5, 1, 1, 3 + len(GROUPS), 4, 3]
    with django_assert_num_queries(2):
        assert viewers_for(users) == each


def test_a_closed_account_is_an_anonymous_viewer() -> None:
    membership = MembershipFactory(member=MemberFactory(is_active=False))
    assert viewer_for(membership.member) == ANONYMOUS


def test_changed_rights_are_announced_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    announced: list[int] = []

    def hear(fact: RightsChanged, **kwargs: object) -> None:
        announced.append(fact.member_id)

    admin = MembershipFactory(role="admin")
    waiting = MembershipFactory(organisation=admin.organisation, waiting=True)
    rights_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        confirm_membership(actor=admin.member, membership=waiting)
        assert not announced
    assert set(announced) == {waiting.member_id}
    announced.clear()
    with django_capture_on_commit_callbacks(execute=True):
        decline_membership(actor=admin.member, membership=waiting)
    rights_changed.disconnect(hear)
    assert announced == [waiting.member_id]
    assert organisation_token(admin.organisation_id) not in viewer_for(waiting.member).tokens

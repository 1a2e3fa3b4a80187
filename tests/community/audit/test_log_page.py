"""The page of the audit log: only staff see what members did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation
from wagtail.models import ModelLogEntry

from community.audit.actions import log_action
from community.discussions.services import post_message, remove_post
from community.members.models import Member
from community.organisations.services import confirm
from tests.factories import MemberFactory, MembershipFactory
from tests.operations.test_staff import staff_member
from tests.support.threads import new_thread

pytestmark = pytest.mark.django_db

LOG = "/admin/reports/site-history/"


@pytest.fixture
def staff(client: Client) -> Member:
    member = staff_member()
    client.force_login(member)
    return member


def moderated(staff: Member) -> Member:
    author = MemberFactory(first_name="Anna", last_name="Ek")
    post = post_message(thread=new_thread(), actor=author, text="Ring 070-1234567")
    remove_post(post=post, actor=staff, why="A telephone number")
    confirm(MembershipFactory(member=author, waiting=True))
    return author


def test_the_page_shows_staff_each_action_with_the_current_name_of_the_member(
    client: Client, staff: Member
) -> None:
    author = moderated(staff)
    page = client.get(LOG).text
    assert "Tog bort ett inlägg" in page
    assert "A telephone number" in page
    assert "Anna Ek" in page
    assert "070" not in page
    author.first_name = "Beda"
    author.save(update_fields=["first_name"])
    assert "Beda Ek" in client.get(LOG).text


def test_actions_of_wagtail_are_shown_as_sentences_in_the_past_tense(client: Client, staff: Member) -> None:
    for action in ("wagtail.create", "wagtail.publish"):
        log_action(actor=staff, action=action, subject=MembershipFactory().organisation)
    messages = [entry.message for entry in client.get(LOG).context["object_list"]]
    with translation.override("en"):
        assert {str(message) for message in messages} >= {"Published it", "Created it"}


def test_a_member_without_a_name_is_shown_by_address(client: Client, staff: Member) -> None:
    nameless = MemberFactory(first_name="", last_name="", email="utan.namn@example.org")
    log_action(actor=None, action="members.give_right", subject=nameless, right="is_superuser")
    assert "utan.namn@example.org" in client.get(LOG).text


def test_an_entry_whose_object_or_content_type_is_deleted_is_still_shown(
    client: Client, staff: Member
) -> None:
    member = MemberFactory()
    confirm(MembershipFactory(member=member, waiting=True))
    member.memberships.get().organisation.delete()
    ModelLogEntry.objects.filter(action="members.give_right").update(content_type=None)
    client.force_login(staff_member(is_superuser=True))
    page = client.get(LOG).text
    assert "Godkände en medlem" in page
    assert "Något " in page


def test_the_log_can_be_filtered_by_action_and_by_member(client: Client, staff: Member) -> None:
    moderated(staff)
    page = client.get(LOG, {"action": "discussions.remove_post"})
    assert [entry.action for entry in page.context["object_list"]] == ["discussions.remove_post"]
    page = client.get(LOG, {"user": staff.pk})
    assert {entry.user_id for entry in page.context["object_list"]} == {staff.pk}


def test_members_who_are_not_staff_do_not_see_moderation(client: Client, staff: Member) -> None:
    moderated(staff)
    editor = MemberFactory()
    editor.groups.add(Group.objects.get(name="Redaktörer"))
    client.force_login(editor)
    assert "A telephone number" not in client.get(LOG).text
    client.force_login(MemberFactory())
    assert client.get(LOG).status_code in (302, 403)


def test_exporting_the_log_is_logged(client: Client, staff: Member) -> None:
    moderated(staff)
    answer = client.get(LOG, {"export": "csv"})
    assert "A telephone number" in b"".join(answer.streaming_content).decode()
    assert ModelLogEntry.objects.filter(action="audit.export").count() == 1


def test_the_page_needs_no_more_queries_for_more_entries(
    client: Client, staff: Member, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    moderated(staff)
    client.get(LOG)
    for _time in range(10):
        moderated(staff)
    with django_assert_max_num_queries(45):
        client.get(LOG)

"""The audit log records actor, action, object and reason, by id and append-only, without removed text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import log, registry
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from community.audit.actions import log_action, register_action
from community.audit.models import LogEntry
from community.discussions import services as discussions
from community.inventories.models import ImportRun
from community.members.models import Member
from community.organisations import services as organisations
from community.organisations.merging import merge_organisations
from community.organisations.models import Membership, Role
from community.projects.cards import Card
from community.projects.services import change_visibility, edit_project
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory, ProjectFactory
from tests.support.inventories import Inventory
from tests.support.inventories import record as cells
from tests.support.threads import new_thread

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

TRIED = register_action("tests.try", "Tried something")


@pytest.fixture
def staff() -> Member:
    return MemberFactory(is_staff=True, first_name="Stina", last_name="Chef")


def entries(action: str) -> list[ModelLogEntry]:
    return list(ModelLogEntry.objects.filter(action=action).order_by("pk"))


def only(action: str) -> ModelLogEntry:
    (entry,) = entries(action)
    return entry


def everything_logged() -> str:
    return json.dumps(list(ModelLogEntry.objects.values("label", "data", "action", "object_id")))


def test_an_entry_has_actor_object_and_reason_by_id(staff: Member) -> None:
    organisation = OrganisationFactory(name="Habo kommun")
    log_action(actor=staff, action=TRIED, subject=organisation, why="It was time.", member=staff.pk)
    entry = only(TRIED)
    assert (entry.user_id, entry.object_id) == (staff.pk, str(organisation.pk))
    assert entry.data == {"why": "It was time.", "member": staff.pk}
    assert (entry.message, entry.comment) == ("Tried something", "It was time.")
    assert entry.label == f"Organisation {organisation.pk}"


def test_an_entry_is_rolled_back_with_its_transaction(staff: Member) -> None:
    with transaction.atomic():
        log_action(actor=staff, action=TRIED, subject=staff)
        transaction.set_rollback(True)
    assert entries(TRIED) == []


def test_an_action_that_is_not_registered_is_refused(staff: Member) -> None:
    with pytest.raises(ValidationError, match=r"tests\.unknown"):
        log_action(actor=staff, action="tests.unknown", subject=staff)


def test_entries_of_wagtail_contain_no_names_of_members(staff: Member) -> None:
    membership = MembershipFactory(member=MemberFactory(first_name="Anna", last_name="Ek"))
    log(instance=membership, action="wagtail.edit", user=staff)
    assert "Anna" in str(membership)
    assert "Anna" not in everything_logged()
    assert str(membership.pk) in only("wagtail.edit").label


def test_publishing_an_edit_logs_edit_rename_and_publish_once_each() -> None:
    project = ProjectFactory(title="One")
    before = set(ModelLogEntry.objects.values_list("pk", flat=True))
    card = Card(title="Two", stage="pilot")
    edited = edit_project(actor=project.author, project=project, card=card)
    entries = list(ModelLogEntry.objects.exclude(pk__in=before).order_by("pk"))
    renamed = {"title": {"old": "One", "new": "Two"}}
    assert [(entry.action, entry.data) for entry in entries] == [
        ("wagtail.edit", {}),
        ("wagtail.rename", renamed),
        ("wagtail.publish", renamed),
    ]
    assert {(entry.user, entry.revision, entry.content_type.model_class()) for entry in entries} == {
        (project.author, edited.live_revision, type(project))
    }


def test_the_log_shows_each_table_once() -> None:
    tables = [model._meta.db_table for model in registry.get_log_entry_models()]
    assert sorted(tables) == ["wagtailcore_modellogentry", "wagtailcore_pagelogentry"]


def test_a_revision_given_by_id_must_exist(staff: Member) -> None:
    with pytest.raises(ValidationError):
        log(instance=staff, action=TRIED, user=staff, revision_id=999_999)
    assert entries(TRIED) == []


@pytest.mark.parametrize("change", ["save", "delete", "delete many"])
def test_entries_cannot_be_saved_or_deleted_by_code(staff: Member, change: str) -> None:
    log_action(actor=staff, action=TRIED, subject=staff)
    entry = only(TRIED)
    entry.label = "Something else"
    changes: dict[str, Callable[[], Any]] = {
        "save": entry.save,
        "delete": entry.delete,
        "delete many": ModelLogEntry.objects.all().delete,
    }
    with pytest.raises(TypeError), transaction.atomic():
        changes[change]()
    with pytest.raises(TypeError), transaction.atomic():
        LogEntry.objects.get(pk=entry.pk).save()
    with pytest.raises(TypeError), transaction.atomic():
        LogEntry.objects.get(pk=entry.pk).delete()
    assert only(TRIED).label != "Something else"


@pytest.mark.parametrize("table", ["wagtailcore_modellogentry", "wagtailcore_pagelogentry"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET label = 'x'",
        "UPDATE {} SET deleted = true",
        "DELETE FROM {}",
        pytest.param("TRUNCATE {}", marks=pytest.mark.postgres),
    ],
)
def test_the_database_refuses_changes_of_the_log(staff: Member, table: str, change: str) -> None:
    log_action(actor=staff, action=TRIED, subject=staff)
    log(instance=Page.objects.last(), action="wagtail.edit", user=staff)
    assert PageLogEntry.objects.exists()
    connection.check_constraints()  # A TRUNCATE with pending checks fails by itself.
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


def test_the_content_type_of_an_entry_may_be_cleared(staff: Member) -> None:
    """Django does this when a model is deleted."""
    log_action(actor=staff, action=TRIED, subject=staff)
    ModelLogEntry.objects.update(content_type=None)
    assert only(TRIED).content_type is None


def test_removing_the_post_of_another_is_logged_with_the_reason_and_without_its_text(
    client: Client, staff: Member
) -> None:
    author, thread = MemberFactory(), new_thread()
    post = discussions.post_message(thread=thread, actor=author, text="Ring mig på 070-1234567")
    client.force_login(staff)
    address = reverse("discussions:remove", args=[thread.pk, post.number])
    assert 'name="why"' in client.get(address).text
    client.post(address, {"why": "A telephone number"})
    entry = only("discussions.remove_post")
    assert (entry.user_id, entry.object_id, entry.comment) == (staff.pk, str(post.pk), "A telephone number")
    assert "070" not in everything_logged()


def test_removing_an_own_post_needs_no_reason_and_is_not_logged(client: Client) -> None:
    author, thread = MemberFactory(), new_thread()
    post = discussions.post_message(thread=thread, actor=author, text="Hej")
    client.force_login(author)
    address = reverse("discussions:remove", args=[thread.pk, post.number])
    assert 'name="why"' not in client.get(address).text
    client.post(address)
    post.refresh_from_db()
    assert post.removed_at
    assert entries("discussions.remove_post") == []


def test_locking_and_unlocking_a_thread_is_logged_once_each(client: Client, staff: Member) -> None:
    thread = new_thread()
    client.force_login(staff)
    for action in ("lock", "lock", "unlock"):
        client.post(reverse(f"discussions:{action}", args=[thread.pk]))
    assert only("discussions.lock_thread").user_id == staff.pk
    assert only("discussions.unlock_thread").object_id == str(thread.pk)


def test_confirming_a_member_and_giving_a_role_is_logged_with_the_actor() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    waiting = Membership.objects.create(organisation=admin.organisation, member=MemberFactory())
    organisations.confirm_membership(actor=admin.member, membership=waiting)
    organisations.give_role(actor=admin.member, membership=waiting, role=Role.ADMIN)
    confirmed = entries("organisations.confirm_member")[-1]
    assert (confirmed.user_id, confirmed.object_id) == (admin.member_id, str(admin.organisation_id))
    assert confirmed.data == {"member": waiting.member_id, "role": "member"}
    assert only("organisations.give_role").data == {"member": waiting.member_id, "role": "admin"}


def test_a_declined_request_and_an_ended_membership_are_different_actions() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    colleague = MembershipFactory(organisation=admin.organisation)
    waiting = Membership.objects.create(organisation=admin.organisation, member=MemberFactory())
    organisations.decline_membership(actor=admin.member, membership=waiting)
    organisations.decline_membership(actor=colleague.member, membership=colleague)
    assert only("organisations.decline_member").user_id == admin.member_id
    assert only("organisations.end_member").user_id == colleague.member_id


def test_a_membership_confirmed_by_address_is_logged_without_an_actor() -> None:
    organisation = OrganisationFactory()
    organisations.confirm(Membership.objects.create(organisation=organisation, member=MemberFactory()))
    assert only("organisations.confirm_member").user_id is None


def test_merging_is_logged_with_the_id_of_the_absorbed_organisation(staff: Member) -> None:
    keep, absorb = OrganisationFactory(), OrganisationFactory()
    gone = absorb.pk
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    assert only("organisations.merge").data == {"absorbed": gone}


@pytest.mark.parametrize("from_the_group", [True, False])
def test_giving_and_taking_a_role_is_logged_from_both_sides_of_the_relation(*, from_the_group: bool) -> None:
    member, group = MemberFactory(), Group.objects.first()
    assert group
    groups, one = (group.user_set, member) if from_the_group else (member.groups, group)
    groups.add(one)
    groups.remove(one)
    groups.add(one)
    groups.clear()
    given, taken = entries("members.give_role"), entries("members.take_role")
    assert [entry.object_id for entry in (*given, *taken)] == [str(member.pk)] * 4
    assert {entry.data["group"] for entry in (*given, *taken)} == {group.pk}


def test_giving_and_taking_rights_is_logged(staff: Member) -> None:
    assert only("members.give_right").data == {"right": "is_staff"}
    staff.title = "Chief"
    staff.save()
    assert len(entries("members.give_right")) == 1
    staff.is_superuser, staff.is_staff = True, False
    staff.save()
    assert entries("members.give_right")[-1].data == {"right": "is_superuser"}
    assert only("members.take_right").data == {"right": "is_staff"}


def test_an_import_and_its_undo_are_logged(inventory: Inventory) -> None:
    inventory.load([cells(1), cells(2)])
    run = ImportRun.objects.get()
    call_command("import_inventory", undo=run.pk)
    assert only("inventories.import").data == {"rows": 2}
    assert only("inventories.undo_import").object_id == str(run.pk)


def test_changing_the_visibility_of_a_project_is_logged() -> None:
    project = ProjectFactory()
    change_visibility(actor=project.author, project=project, to="members")
    entry = only("projects.show_to")
    assert (entry.user_id, entry.data) == (project.author_id, {"to": "members"})


def test_an_action_in_wagtails_admin_is_logged_with_its_actor(client: Client) -> None:
    boss, member = MemberFactory(is_staff=True, is_superuser=True), MemberFactory()
    group = Group.objects.first()
    assert group
    client.force_login(boss)
    page = client.get(reverse("wagtailusers_users:edit", args=[member.pk]))
    assert page.status_code == 200
    client.post(
        reverse("wagtailusers_users:edit", args=[member.pk]),
        {
            "email": member.email,
            "first_name": "Bo",
            "last_name": "Ek",
            "is_active": "on",
            "groups": [group.pk],
        },
    )
    entry = only("members.give_role")
    assert (entry.user_id, entry.object_id) == (boss.pk, str(member.pk))
    assert "Bo" not in everything_logged()


@pytest.mark.django_db(transaction=True)
def test_the_migrations_of_the_log_can_be_reversed_and_applied_again() -> None:
    call_command("migrate", "audit", "zero", verbosity=0)
    ModelLogEntry.objects.update(label="x")
    call_command("migrate", "audit", verbosity=0)

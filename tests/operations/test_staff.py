"""The page of background tasks, which only staff may open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from wagtail.models import ModelLogEntry

from community.members.models import Member
from core.tasks import task
from operations.schedule import JOBS, enqueue_due_jobs
from operations.worker import ATTEMPTS, run_one
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

FAULT = "anna@example.org was refused"
well: list[bool] = []


@task(queue="mail")
def deliver() -> None:
    if not well:
        raise OSError(FAULT)


def staff_member(**fields: Any) -> Member:
    """Return a member who is staff and may enter the admin."""
    member = MemberFactory(is_staff=True, **fields)
    group, _ = Group.objects.get_or_create(name="Let in")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    member.groups.add(group)
    return member


@pytest.fixture
def staff(client: Client) -> Member:
    member = staff_member()
    client.force_login(member)
    # Tasks that Wagtail queued by itself.
    DBTaskResult.objects.all().delete()
    return member


@pytest.fixture(autouse=True)
def _something_fails() -> None:
    well.clear()


def given_up() -> DBTaskResult:
    deliver.enqueue()
    for _attempt in range(ATTEMPTS):
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())
        assert run_one(["mail"])
    return DBTaskResult.objects.failed().get()


def log(verb: str) -> list[ModelLogEntry]:
    return list(ModelLogEntry.objects.filter(action=verb))


@pytest.mark.parametrize("address", ["work", "work_retry", "work_drop"])
def test_only_staff_open_the_page_and_only_staff_act_on_it(client: Client, address: str) -> None:
    row = given_up()
    path = reverse(address, args=[] if address == "work" else [row.pk])
    editor = MemberFactory()
    editor.groups.add(Group.objects.get(name="Redaktörer"))
    for member in (None, MemberFactory(), editor):
        client.logout()
        if member:
            client.force_login(member)
        answer = client.get(path) if address == "work" else client.post(path)
        assert answer.status_code in (302, 403)
        assert b"deliver" not in answer.content
    assert DBTaskResult.objects.failed().count() == 1
    assert log("work.retry") == log("work.drop") == []


def test_waiting_running_and_failed_tasks_are_counted_for_each_queue(client: Client, staff: Member) -> None:
    given_up()
    deliver.enqueue()
    deliver.enqueue()
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
        enqueued_at=timezone.now() - timedelta(hours=2)
    )
    page = client.get(reverse("work"))
    mail, index, *_others = page.context["queues"]
    assert (mail["ready"]["count"], mail["running"]["count"], mail["failed"]["count"]) == (2, 0, 1)
    assert index["ready"]["count"] == 0
    assert "OSError" in page.text
    assert "2\xa0timmar" in page.text


def test_the_list_can_be_filtered(client: Client, staff: Member) -> None:
    given_up()
    deliver.enqueue()
    for query, names in [
        ({}, 2),
        ({"state": "FAILED"}, 1),
        ({"queue": "mail"}, 2),
        ({"queue": "index"}, 0),
        ({"queue": "nothing", "state": "NOTHING"}, 2),
    ]:
        assert len(client.get(reverse("work"), query).context["rows"]) == names


def test_only_superusers_see_the_traceback(client: Client, staff: Member) -> None:
    given_up()
    assert FAULT not in client.get(reverse("work")).text
    client.force_login(staff_member(is_superuser=True))
    assert FAULT in client.get(reverse("work")).text


def test_a_failed_task_can_be_retried_and_the_retry_is_logged(client: Client, staff: Member) -> None:
    row = given_up()
    well.append(True)
    client.post(reverse("work_retry", args=[row.pk]))
    assert run_one()
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL
    (entry,) = log("work.retry")
    assert (entry.user_id, entry.object_id) == (staff.pk, str(row.pk))
    assert FAULT not in str(entry.data)


def test_a_failed_task_can_be_dropped_and_the_drop_is_logged(client: Client, staff: Member) -> None:
    row = given_up()
    client.post(reverse("work_drop", args=[row.pk]))
    assert not DBTaskResult.objects.exists()
    (entry,) = log("work.drop")
    assert entry.data["task"].endswith("deliver")


@pytest.mark.parametrize("action", ["work_retry", "work_drop"])
def test_tasks_that_have_not_failed_are_left_alone(client: Client, staff: Member, action: str) -> None:
    deliver.enqueue()
    row = DBTaskResult.objects.get()
    answer = client.post(reverse(action, args=[row.pk]), follow=True)
    assert "Det här arbetet är inte längre markerat som misslyckat" in answer.text
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY
    assert client.get(reverse(action, args=[row.pk])).status_code == 405


def test_the_schedule_shows_the_last_and_the_next_run(client: Client, staff: Member) -> None:
    enqueue_due_jobs()
    page = client.get(reverse("work"))
    job = page.context["jobs"][0]
    assert job["name"] == JOBS[0].label
    assert ">publish_scheduled<" not in page.text, "staff read words, not names of the program's parts"
    assert job["last"] <= timezone.now()
    assert job["next"] - job["last"] in (timedelta(minutes=1), timedelta(minutes=2))
    assert str(job["state"]) == "Väntar"


def test_the_number_of_queries_of_the_page_does_not_grow(
    client: Client, staff: Member, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    enqueue_due_jobs()
    client.get(reverse("work"))
    for _row in range(30):
        deliver.enqueue()
    with django_assert_max_num_queries(16):  # Two of them read the role and its second factor.
        client.get(reverse("work"))


def test_the_page_exists_in_both_languages(client: Client, staff: Member) -> None:
    assert "Arbete i bakgrunden" in client.get(reverse("work")).text
    staff.wagtail_userprofile = None
    assert "Arbete i bakgrunden" in client.get(reverse("wagtailadmin_home")).text

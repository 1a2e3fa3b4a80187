"""Contacts are asked to renew statements two weeks before their last day. Expired ones leave pages and the index."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community.notifications.models import Notice
from community.organisations.models import Role
from community.statements import services
from community.statements.models import Statement
from community.statements.tasks import follow_dates
from search.backends import on_every_backend
from search.indexing import rebuild
from search.sources import source_named
from tests.factories import MembershipFactory, ProjectFactory, StatementFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db


def in_days(days: int) -> object:
    return timezone.localdate() + timedelta(days=days)


def notices() -> set[tuple[int, int]]:
    rows = Notice.objects.filter(kind="statement_ends")
    return set(rows.values_list("member", "subject__statement"))


def test_the_contact_is_asked_once_for_each_last_day() -> None:
    anna = MembershipFactory()
    bo = MembershipFactory(organisation=anna.organisation, role=Role.ADMIN)
    soon = StatementFactory(organisation=anna.organisation, contact=anna.member, until=in_days(13))
    without = StatementFactory(organisation=anna.organisation, until=in_days(1))
    later = StatementFactory(organisation=anna.organisation, contact=anna.member, until=in_days(15))
    StatementFactory(organisation=anna.organisation, contact=anna.member)
    ended = StatementFactory(organisation=anna.organisation, contact=anna.member, until=in_days(3))
    services.end_statement(actor=anna.member, statement=ended)
    follow_dates.call()
    run_due_tasks("notices")
    assert notices() == {(anna.member_id, soon.pk), (bo.member_id, without.pk)}
    assert services.ask_to_renew(today=timezone.localdate()) == 0, "no contact is asked twice"
    services.renew_statement(actor=anna.member, statement=soon)
    services.end_statement(actor=anna.member, statement=later)
    assert services.ask_to_renew(today=timezone.localdate()) == 0
    assert services.ask_to_renew(today=timezone.localdate() + timedelta(days=360)) == 1


def test_an_expired_statement_leaves_the_records(django_capture_on_commit_callbacks: object) -> None:
    project = ProjectFactory(seeks="Någon som räknat måsar")
    statement = project.subject.statements.get()
    on_every_backend(rebuild)
    [record] = source_named("project").records([project.pk])
    assert record.text("sv").seeks == "Någon som räknat måsar"
    Statement.objects.filter(pk=statement.pk).update(until=in_days(-1))
    follow_dates.call()
    run_due_tasks("index")
    [record] = source_named("project").records([project.pk])
    assert record.text("sv").seeks == ""
    assert source_named("statement").records([statement.pk]) == []

"""A statement stays in the hands of the organisation that wrote it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community.organisations.merging import merge_organisations
from community.statements import services
from community.statements.inputs import StatementInput
from community.statements.models import Statement
from core.refusals import NotAllowed
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory, StatementFactory

pytestmark = pytest.mark.django_db


def test_who_wrote_a_statement_ends_it_also_when_its_project_has_another_owner() -> None:
    anna, bo = MembershipFactory(), MembershipFactory()
    project = ProjectFactory(organisation=anna.organisation)
    statement = StatementFactory(project=project)
    project.organisation = bo.organisation
    project.save()
    with pytest.raises(NotAllowed):
        services.end_statement(actor=bo.member, statement=statement)
    services.end_statement(actor=anna.member, statement=statement)
    assert not Statement.objects.current().exists()


def test_merging_organisations_moves_their_statements() -> None:
    keep, absorb = MembershipFactory(), MembershipFactory()
    said = StatementInput(kind="offers", text="Ett avtal.", visibility="organisation", contact=absorb.member)
    written = services.write_statement(actor=absorb.member, organisation=absorb.organisation, said=said)
    StatementFactory(project=ProjectFactory(organisation=absorb.organisation))
    staff = MemberFactory(is_staff=True, is_superuser=True)
    merge_organisations(keep=keep.organisation, absorb=absorb.organisation, actor=staff)
    assert Statement.objects.filter(organisation=keep.organisation).count() == 2
    moved = Statement.objects.get(pk=written.pk)
    assert (moved.contact, moved.subject.owner) == (absorb.member, keep.organisation)
    assert moved.audience == {f"org:{keep.organisation.pk}"}
    services.change_statement(actor=keep.member, statement=moved, said=said)


def test_renewing_never_shortens() -> None:
    anna, today = MembershipFactory(), timezone.localdate()
    far = today + timedelta(days=900)
    for until, renewed in ((today, today + services.RENEWED_FOR), (far, far)):
        statement = StatementFactory(organisation=anna.organisation, until=until)
        assert services.renew_statement(actor=anna.member, statement=statement) == renewed

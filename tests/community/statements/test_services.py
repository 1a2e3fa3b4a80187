"""Statements: who writes them, who sees them, and what happens to them when other things change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from community.organisations.merging import merge_organisations
from community.participation.models import Role
from community.projects import services as projects
from community.projects.models import Project
from community.statements import services
from community.statements.inputs import StatementInput
from community.statements.models import Statement
from core.audience import viewer_for
from core.refusals import NotAllowed
from subjects.models import Visibility
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def said(text: str = "Ett avtal.", **fields: object) -> StatementInput:
    return StatementInput(**{"kind": "offers", "text": text, **fields})


def test_speakers_write_about_their_own_projects_only() -> None:
    anna, bo = MembershipFactory(), MembershipFactory()
    project = ProjectFactory(organisation=anna.organisation)
    statement = services.write_statement(
        actor=anna.member, organisation=anna.organisation, said=said(), about=project.subject
    )
    assert (statement.subject.owner, statement.audience) == (anna.organisation, {"public"})
    for actor, organisation in ((bo.member, bo.organisation), (bo.member, anna.organisation)):
        with pytest.raises(NotAllowed):
            services.write_statement(
                actor=actor, organisation=organisation, said=said(), about=project.subject
            )
    assert list(project.subject.statements.all()) == [statement]


@pytest.mark.parametrize("text", ["", "x" * 301, "\u200b"])
def test_a_text_is_never_empty_or_too_long(text: str) -> None:
    anna = MembershipFactory()
    with pytest.raises(ValidationError):
        services.write_statement(actor=anna.member, organisation=anna.organisation, said=said(text))
    assert not Statement.objects.exists()


def test_the_contact_speaks_for_the_organisation_and_goes_with_the_membership() -> None:
    anna = MembershipFactory()
    bo = MembershipFactory(organisation=anna.organisation)
    with pytest.raises(services.ContactFromElsewhere):
        services.write_statement(
            actor=anna.member, organisation=anna.organisation, said=said(contact=MemberFactory())
        )
    statement = services.write_statement(
        actor=anna.member, organisation=anna.organisation, said=said(contact=bo.member)
    )
    bo.delete()
    statement.refresh_from_db()
    assert statement.contact is None


def test_a_change_keeps_the_earlier_text_and_ending_can_be_undone() -> None:
    anna = MembershipFactory()
    statement = services.write_statement(actor=anna.member, organisation=anna.organisation, said=said())
    services.change_statement(actor=anna.member, statement=statement, said=said("Två avtal."))
    services.change_statement(actor=anna.member, statement=statement, said=said("Två avtal.", kind="seeks"))
    kept = statement.earlier_texts.values_list("text", "replaced_by")
    assert list(kept) == [("Ett avtal.", anna.member_id)], "only another text is kept"
    services.end_statement(actor=anna.member, statement=statement)
    statement.refresh_from_db()
    assert statement.subject.audience == {f"org:{anna.organisation_id}"}
    assert not Statement.objects.current().exists()
    services.reopen_statement(actor=anna.member, statement=statement)
    statement.refresh_from_db()
    assert Statement.objects.current().get().audience == {"public"}


def audience_of(statement: Statement) -> frozenset[str]:
    return Statement.objects.select_related("subject").get(pk=statement.pk).audience


def test_a_statement_is_never_wider_than_its_project() -> None:
    anna = MembershipFactory()
    project = ProjectFactory(organisation=anna.organisation, author=anna.member)
    own = {f"org:{anna.organisation_id}"}
    wide, restricted = (
        services.write_statement(
            actor=anna.member,
            organisation=anna.organisation,
            about=project.subject,
            said=said(visibility=visibility),
        )
        for visibility in (Visibility.PUBLIC, Visibility.ORGANISATION)
    )
    assert (audience_of(wide), audience_of(restricted)) == ({"public"}, own)
    for to, seen in (("members", {"members"}), ("organisation", own), ("public", {"public"})):
        projects.change_visibility(actor=anna.member, project=project, to=to)
        assert (audience_of(wide), audience_of(restricted)) == (seen, own)
    projects.withdraw_project(actor=anna.member, project=project)
    assert audience_of(wide) == own
    projects.publish_project(actor=anna.member, project=project)
    assert audience_of(wide) == {"public"}


def test_what_is_read_before_a_change_of_audience_widens_no_statement() -> None:
    anna = MembershipFactory()
    project = ProjectFactory(organisation=anna.organisation, author=anna.member)
    before = Project.objects.select_related("subject").get(pk=project.pk)
    projects.change_visibility(actor=anna.member, project=project, to="members")
    statement = services.write_statement(
        actor=anna.member, organisation=anna.organisation, about=before.subject, said=said()
    )
    assert audience_of(statement) == {"members"}


def test_partners_see_what_is_for_the_organisation_and_its_partners() -> None:
    project = ProjectFactory()
    statement = services.write_statement(
        actor=project.author,
        organisation=project.organisation,
        about=project.subject,
        said=said(visibility=Visibility.ORGANISATION),
    )
    partner = ParticipationFactory(project=project, role=Role.PARTNER)
    both = {f"org:{project.organisation_id}", f"org:{partner.organisation_id}"}
    assert audience_of(statement) == both
    partner.delete()
    assert audience_of(statement) == both - {f"org:{partner.organisation_id}"}


def test_a_member_who_waits_states_what_an_own_draft_offers() -> None:
    waiting = MembershipFactory(waiting=True)
    speaker = MembershipFactory(organisation=waiting.organisation)
    draft: Project = ProjectFactory(
        organisation=waiting.organisation, author=waiting.member, publish=False, offers="Vår kod."
    )
    statement = draft.subject.statements.get()
    assert audience_of(statement) == {f"member:{waiting.member_id}"}
    with pytest.raises(NotAllowed):
        services.write_statement(actor=waiting.member, organisation=waiting.organisation, said=said())
    with pytest.raises(NotAllowed):
        services.end_statement(actor=speaker.member, statement=statement)
    services.end_statement(actor=waiting.member, statement=statement)
    assert Statement.objects.visible_to(viewer_for(waiting.member)).get() == statement
    services.reopen_statement(actor=waiting.member, statement=statement)
    waiting.delete()
    assert audience_of(statement) == frozenset()


def test_a_statement_of_an_inventory_is_not_changed_here() -> None:
    anna = MembershipFactory()
    reference = ReferenceFactory(organisation=anna.organisation)
    statement = StatementFactory(project=reference, is_reference=True)
    with pytest.raises(NotAllowed):
        services.end_statement(actor=anna.member, statement=statement)


def test_merging_organisations_moves_their_statements() -> None:
    staff, keep, anna = MemberFactory(is_staff=True), OrganisationFactory(), MembershipFactory()
    own = StatementFactory(organisation=anna.organisation)
    about = StatementFactory(project=ProjectFactory(organisation=anna.organisation))
    merge_organisations(keep=keep, absorb=anna.organisation, actor=staff)
    for statement in (own, about):
        statement.refresh_from_db()
        assert (statement.organisation, statement.subject.owner, audience_of(statement)) == (
            keep,
            keep,
            {"public"},
        )


def test_deleting_a_draft_deletes_what_is_said_about_it() -> None:
    draft = ProjectFactory(publish=False, seeks="En testpartner.")
    projects.delete_draft(actor=draft.author, project=draft)
    assert not Statement.objects.exists()


def test_renewing_gives_another_year() -> None:
    anna = MembershipFactory()
    statement = StatementFactory(organisation=anna.organisation, until=timezone.localdate())
    until = services.renew_statement(actor=anna.member, statement=statement)
    assert until == timezone.localdate() + timedelta(days=365)

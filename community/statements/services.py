from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.organisations.models import Organisation
from community.statements import policies
from community.statements.inputs import StatementInput
from community.statements.models import EarlierText, Statement
from community.statements.signals import StatementEndsSoon, statement_ends_soon
from core.audience import viewer_for
from core.refusals import Refusal
from core.signals import send_on_commit
from subjects.models import Subject
from subjects.services import create_subjects, set_visibility

RENEWED_FOR = timedelta(days=365)
ASKED_BEFORE = timedelta(days=14)
PLAIN = ("kind", "text", "text_en", "capability", "until", "contact")
TERMS = ("areas", "technologies")


class ContactFromElsewhere(Refusal):
    sentence = _("The contact has to be someone who represents the organisation.")


@transaction.atomic
def write_statement(
    *, actor: Member, organisation: Organisation, said: StatementInput, about: Subject | None = None
) -> Statement:
    """Write a statement of the organisation, by itself or about a subject that it owns. Raises `NotAllowed`,
    `ContactFromElsewhere`, or ValidationError for a text that is empty or too long."""
    about_id = about.pk if about else None
    within = lock_audiences(organisation.pk, about_id)
    organisation = Organisation.objects.select_related("subject").get(pk=organisation.pk)
    about = within[about_id] if about_id else None
    policies.can_write(viewer_for(actor), organisation, about).require()
    statement = Statement(organisation=organisation, about=about, author=actor)
    fill(statement, said)
    create_subjects([statement], visibility=said.visibility)
    statement.save()
    set_terms(statement, said)
    return statement


@transaction.atomic
def change_statement(*, actor: Member, statement: Statement, said: StatementInput) -> Statement:
    """Change a statement. Its texts so far are kept as an `EarlierText` where they differ. Raises as
    `write_statement`."""
    statement = locked(statement)
    policies.can_change(viewer_for(actor), statement).require()
    before = EarlierText(
        statement=statement, text=statement.text, text_en=statement.text_en, replaced_by=actor
    )
    fill(statement, said)
    if (before.text, before.text_en) != (statement.text, statement.text_en):
        before.save()
    statement.save()
    set_terms(statement, said)
    if statement.visibility != said.visibility:
        set_visibility(instance=statement, visibility=said.visibility)
    return statement


@transaction.atomic
def end_statement(*, actor: Member, statement: Statement) -> None:
    """End a statement. Only its organisation sees it afterwards, and can reopen it. May be called twice."""
    statement = locked(statement)
    policies.can_change(viewer_for(actor), statement).require()
    if statement.ended_at is None:
        statement.ended_at = timezone.now()
        statement.save(update_fields=["ended_at", "updated_at"])


@transaction.atomic
def reopen_statement(*, actor: Member, statement: Statement) -> None:
    """Undo `end_statement`. May be called twice."""
    statement = locked(statement)
    policies.can_change(viewer_for(actor), statement).require()
    if statement.ended_at is not None:
        statement.ended_at = None
        statement.save(update_fields=["ended_at", "updated_at"])


@transaction.atomic
def renew_statement(*, actor: Member, statement: Statement) -> date:
    """Let the statement stand for a year from today, or longer where it says so, and return its last day."""
    statement = locked(statement)
    policies.can_change(viewer_for(actor), statement).require()
    in_a_year = timezone.localdate() + RENEWED_FOR
    statement.until = max(statement.until or in_a_year, in_a_year)
    statement.save(update_fields=["until", "updated_at"])
    return statement.until


@transaction.atomic
def ask_to_renew(*, today: date) -> int:
    """Announce, once for each statement and last day, the statements that end within two weeks. Return their number."""
    due = Statement.objects.select_for_update(of=("self",)).to_renew(before=today + ASKED_BEFORE)
    asked = list(due.filter(is_reference=False))
    for statement in asked:
        Statement.objects.filter(pk=statement.pk).update(asked_until=statement.until)
        send_on_commit(statement_ends_soon, StatementEndsSoon(statement.pk))
    return len(asked)


def lock_audiences(organisation_id: int, about_id: int | None) -> dict[int, Subject]:
    """Prevent changes of the audiences that a statement is within, until the transaction ends. Otherwise a statement
    that is written meanwhile could stay wider than its project. Return the subjects by id."""
    within = Subject.objects.filter(Q(organisation=organisation_id) | Q(pk=about_id or 0)).order_by("pk")
    return {subject.pk: subject for subject in within.select_for_update(of=("self",))}


def locked(statement: Statement) -> Statement:
    """Return the statement's row as it is now, locked until the transaction ends, with all that the policies read."""
    lock_audiences(statement.organisation_id, statement.about_id)
    rows = Statement.objects.select_for_update(of=("self",))
    return rows.select_related("subject", "organisation__subject", "about").get(pk=statement.pk)


def fill(statement: Statement, said: StatementInput) -> None:
    """Set and validate the plain fields. Nothing is saved."""
    for name in PLAIN:
        setattr(statement, name, getattr(said, name))
    statement.full_clean(exclude=["subject", "contact", "capability", "organisation", "about", "author"])
    if said.contact and not speaks_for(said.contact, statement):
        raise ContactFromElsewhere


def speaks_for(contact: Member, statement: Statement) -> bool:
    """Whether the member may be the contact: the author, or a member who speaks for the organisation."""
    confirmed = statement.organisation.memberships.confirmed()
    return contact.pk == statement.author_id or confirmed.filter(member=contact).exists()


def set_terms(statement: Statement, said: StatementInput) -> None:
    for name in TERMS:
        getattr(statement, name).set(getattr(said, name))

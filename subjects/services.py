"""Writes subjects' rows. Visibility and audience are stored only here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from core.signals import send_on_commit
from subjects.audience import SubjectState, audience_of, narrowed
from subjects.models import HasSubject, Subject, Visibility
from subjects.signals import AudiencesChanged, audiences_changed, subjects_created
from subjects.types import subject_type_of


@transaction.atomic
def create_subjects(
    instances: Iterable[HasSubject], *, visibility: str | None = None, is_out: bool | None = None
) -> None:
    """Create a row for each unsaved object that has none, and set it as its `subject`. A few statements for all."""
    new = [one for one in instances if one.subject_id is None]
    subjects = [_new_subject(one, visibility=visibility, is_out=is_out) for one in new]
    for one, subject in zip(new, Subject.objects.bulk_create(subjects), strict=True):
        one.subject = subject
    if subjects:
        subjects_created.send(sender=Subject, subjects=subjects)


def _new_subject(instance: Any, *, visibility: str | None, is_out: bool | None) -> Subject:
    declared = subject_type_of(instance)
    state = declared.state(instance)
    subject = Subject(
        kind=declared.code,
        owner_id=state.owner_id,
        visibility=visibility or declared.visibility,
        is_out=next(out for out in (is_out, state.is_out, declared.starts_out) if out is not None),
    )
    subject.audience = _audience(subject, state)
    return subject


@transaction.atomic
def set_visibility(*, instance: HasSubject, visibility: str, is_out: bool | None = None) -> None:
    """Store the choice of who sees a subject. The caller checks the policy."""
    subject = instance.subject
    subject.visibility = Visibility(visibility)
    if is_out is not None:
        subject.is_out = is_out
    subject.save(update_fields=["visibility", "is_out"])
    derive_audiences([instance])


@transaction.atomic
def derive_audiences(instances: Iterable[HasSubject]) -> None:
    """Store the facts that are derived from the objects as they are now: owner, whether they are out, and audience.

    Writes only rows that differ, and sends `AudiencesChanged` for those whose audience changed. May be called twice.
    """
    changed = []
    for instance in instances:
        subject = instance.subject
        before = (subject.owner_id, subject.is_out, subject.audience)
        state = subject_type_of(instance).state(instance)
        if state.owner_id is not None:
            subject.owner_id = state.owner_id
        if state.is_out is not None:
            subject.is_out = state.is_out
        subject.audience = _audience(subject, state)
        if (subject.owner_id, subject.is_out, subject.audience) != before:
            subject.save(update_fields=["owner", "is_out", "audience"])
        if subject.audience != before[2]:
            changed.append(subject.pk)
            subject_type_of(instance).announce(instance)
    if changed:
        send_on_commit(audiences_changed, AudiencesChanged(tuple(changed)))


@transaction.atomic
def set_owner(*, subject: Subject, owner_id: int | None) -> None:
    """Store the organisation that owns a subject whose kind does not declare an owner."""
    if subject.owner_id != owner_id:
        subject.owner_id = owner_id
        subject.save(update_fields=["owner"])


def _audience(subject: Subject, state: SubjectState) -> frozenset[str]:
    audience = audience_of(
        visibility=subject.visibility,
        is_out=subject.is_out,
        owner=subject.owner_id,
        partners=state.partner_ids,
        writers=state.writers,
    )
    return audience if state.within is None else narrowed(audience, within=state.within)

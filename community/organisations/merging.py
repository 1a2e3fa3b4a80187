"""Duplicate organisations: staff merge two into one, or decide that they are different."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, RevisionMixin

from community.audit.actions import log_action
from community.members.models import Member
from community.organisations import audit
from community.organisations.models import (
    Alias,
    MergeCandidate,
    Organisation,
    PlannedOrganisation,
    Statement,
)
from community.organisations.names import name_key
from community.organisations.policies import can_merge
from community.organisations.signals import (
    OrganisationsChanged,
    OrganisationsMerging,
    organisations_changed,
    organisations_merging,
)
from core import topics
from core.audience import RightsChanged, rights_changed, viewer_for
from core.refusals import Refusal
from core.signals import send_on_commit, send_state
from subjects.models import Subject, Visibility
from subjects.services import derive_audiences, set_visibility

INHERITED = ("code", "description", "website", "email_domain", "place", "country", "claimed_at")


class NotOne(Refusal):
    """Two public bodies with a code each are never the same."""

    sentence = _("These are two different public bodies, each with its own code. They can’t be merged.")


def require_mergeable(keep: Organisation, absorb: Organisation) -> None:
    """Raise `NotOne` where the two can never be the same organisation."""
    if keep.pk == absorb.pk or (keep.code and absorb.code):
        raise NotOne


@transaction.atomic
def merge_organisations(*, keep: Organisation, absorb: Organisation, actor: Member) -> None:
    """Move everything of `absorb` to `keep`: subjects, participations, visibility, members and statements.

    Its name becomes another name of `keep`. Raises `NotAllowed` and `NotOne`.
    """
    can_merge(viewer_for(actor)).require()
    require_mergeable(keep, absorb)
    members = list(absorb.memberships.confirmed().values_list("member_id", flat=True))
    Alias.objects.get_or_create(organisation=keep, key=name_key(absorb.name), defaults={"name": absorb.name})
    for alias in absorb.aliases.all():
        Alias.objects.get_or_create(organisation=keep, key=alias.key, defaults={"name": alias.name})
    organisations_merging.send(OrganisationsMerging, fact=OrganisationsMerging(keep.pk, absorb.pk))
    for model, field in references():
        move(model, field, keep, absorb)
    inherited = {name: getattr(absorb, name) for name in INHERITED if not getattr(keep, name)}
    absorb_id, was_out = absorb.pk, not absorb.awaits_staff
    absorb.delete()
    for name, value in inherited.items():
        setattr(keep, name, value)
    keep.is_reference = keep.is_reference and absorb.is_reference
    if was_out:
        set_visibility(instance=keep, visibility=Visibility.PUBLIC, is_out=True)
    keep.save()
    derive_audiences(Subject.objects.filter(owner=keep).loaded().values())
    log_action(actor=actor, action=audit.MERGED, subject=keep, absorbed=absorb_id)
    send_state(organisations_changed, OrganisationsChanged((absorb_id,)))
    topics.invalidate(topics.ALL_PAGES)
    for member_id in members:
        send_on_commit(rights_changed, RightsChanged(member_id))


def references() -> list[tuple[type[Model], str]]:
    """Every (model, foreign key) to an organisation, except its other names and the merge list itself."""
    relations: list[Any] = Organisation._meta.get_fields(include_hidden=True)
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.related_model._meta.auto_created
        and relation.related_model not in (Alias, MergeCandidate)
    ]


def what_moves(absorb: Organisation) -> dict[str, int]:
    """Return how many rows of each kind a merge would move, by the name of the model: “project”, “membership” …

    The plans of members who have not confirmed their address move too, and so do the rows of subjects and the earlier
    table of statements. They are not counted, since no page shows them.
    """
    return {
        model._meta.label_lower.rpartition(".")[2]: model._base_manager.filter(**{field: absorb}).count()
        for model, field in references()
        if model not in (PlannedOrganisation, Subject, Statement)
    }


def move(model: type[Model], field: str, keep: Organisation, absorb: Organisation) -> None:
    """Give `keep` each row of `absorb`. The rows are saved one by one, so that signals are sent. A row that `keep` has
    already is deleted."""
    for row in model._base_manager.filter(**{field: absorb}):
        setattr(row, field, keep)
        try:
            with transaction.atomic():
                row.save(update_fields=[field])
        except IntegrityError:
            row.delete()
        else:
            if isinstance(row, RevisionMixin):
                rewrite_revisions(row, field, keep.pk)


def rewrite_revisions(row: Any, field: str, pk: int) -> None:
    """Change the organisation in older versions too, so that a restored version finds it."""
    kind = ContentType.objects.get_for_model(row)
    for revision in Revision.objects.filter(content_type=kind, object_id=str(row.pk)):
        revision.content[field] = pk
        revision.save(update_fields=["content"])


@transaction.atomic
def dismiss_merge(*, candidate: MergeCandidate, actor: Member) -> None:
    """Decide that the two are different. The pair is not suggested again."""
    can_merge(viewer_for(actor)).require()
    candidate.dismissed_at = timezone.now()
    candidate.save(update_fields=["dismissed_at"])
    log_action(actor=actor, action=audit.KEPT_APART, subject=candidate.organisation, other=candidate.other_id)

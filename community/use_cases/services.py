"""A member drafts a use case for an organisation, sends it to the editors, or deletes the draft. The page itself is
written by `knowledge.services`."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from community.members.models import Member
from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from community.projects import policies
from community.projects.services import lock_thread_of, require_no_others
from core.audience import viewer_for
from core.refusals import NotAllowed
from knowledge import policies as knowledge_policies
from knowledge.models import UseCasePage, Work
from knowledge.services import UseCaseText, delete_draft_page, draft_use_case, submit_for_review
from subjects.models import Subject


@transaction.atomic
def write_use_case(
    *, actor: Member, organisation: Organisation, text: UseCaseText, language: str, submit: bool
) -> UseCasePage:
    """Draft a use case of the organisation, and submit it to the editors where `submit` is true."""
    policies.can_draft(viewer_for(actor), organisation).require()
    page = draft_use_case(actor=actor, text=text, language=language)
    Participation.objects.create(
        subject=Subject.objects.get(work=page.work_id),
        organisation=organisation,
        role=Role.OWNER,
        stage=text.stage,
        author=actor,
    )
    if submit:
        submit_use_case(actor=actor, page=page)
    return page


@transaction.atomic
def submit_use_case(*, actor: Member, page: UseCasePage) -> None:
    """Submit a draft to the editors, in the name of its organisation."""
    owners = Participation.objects.owners().filter(subject__work=page.work_id).select_related("organisation")
    if not owners:
        raise NotAllowed(_("The use case belongs to no organisation."))
    for participation in owners:
        policies.can_post(viewer_for(actor), participation.organisation).require()
    submit_for_review(actor=actor, page=page)


@transaction.atomic
def delete_use_case(*, actor: Member, page: UseCasePage) -> None:
    """Delete the draft of a use case, its conversation and its participations. It cannot be undone. Raises `NotAllowed`
    and `OthersTakePart`."""
    knowledge_policies.can_delete_draft(viewer_for(actor), page).require()
    work = Work.objects.get(pages=page)
    lock_thread_of(work)
    require_no_others(actor=actor, subject=work)
    delete_draft_page(actor=actor, page=page)

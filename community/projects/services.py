from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.actions.unpublish import UnpublishAction
from wagtail.log_actions import log
from wagtail.models import Revision

from community.audit.actions import log_action
from community.discussions.models import Post, Thread
from community.discussions.services import thread_of
from community.members.models import Member
from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from community.projects import audit, policies
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.publishing import PublishVersion
from community.projects.signals import ProjectPosted, TookPart, project_posted, took_part
from core.audience import viewer_for
from core.refusals import Refusal
from core.signals import send_on_commit
from knowledge import policies as knowledge_policies
from knowledge.models import UseCasePage, Work
from knowledge.rendering import keep_html
from knowledge.services import (
    UseCaseText,
    delete_draft_page,
    draft_use_case,
    submit_for_review,
)
from subjects.models import Subject
from subjects.services import derive_audiences, set_visibility


class EditedMeanwhile(Refusal):
    """Somebody saved another version after the actor opened the form."""

    sentence = _(
        "Someone else saved a version while you were writing. Look at what they changed, then save again."
    )


class AlreadyTakesPart(Refusal):
    sentence = _("Your organisation is already on the list.")


class AlreadyOwner(Refusal):
    """An owner is never an adopter too."""

    sentence = _("Your own organisation is responsible for this.")


class StillADraft(Refusal):
    sentence = _("It is a draft. Publish it first, then choose who sees it.")


class OthersTakePart(Refusal):
    """Deleting the subject would delete what others said in it."""

    sentence = _(
        "Others have written in its conversation, or said that they do this too. Their words would be lost, so it "
        "can’t be deleted."
    )


@transaction.atomic
def post_project(
    *,
    actor: Member,
    organisation: Organisation,
    card: Card,
    publish: bool = True,
    derived_from: Work | None = None,
) -> Project:
    """Write a new project down, and make it public if so wished. The organisation is its owner."""
    viewer = viewer_for(actor)
    rule = policies.can_post if publish else policies.can_draft
    rule(viewer, organisation).require()
    if derived_from:
        policies.can_derive_from(viewer, derived_from).require()
    keep_html(card.markdown())
    project = Project(
        organisation=organisation,
        author=actor,
        derived_from=derived_from,
        live=False,
        is_private=not policies.can_post(viewer, organisation),
    )
    card.write_to(project)
    project.full_clean(exclude=["subject"])
    project.save()
    Participation.objects.create(
        subject=project.subject, organisation=organisation, role=Role.OWNER, author=actor
    )
    revision = project.save_revision(user=actor, log_action=True)
    if publish:
        publish_version(project, revision, actor)
    return project


@transaction.atomic
def edit_project(
    *, actor: Member, project: Project, card: Card, seen_revision: int | None = None, publish: bool = True
) -> Project:
    """Save a new version. Raises `EditedMeanwhile` when the latest version is not the one the actor has seen.

    A public project whose change is not published stays as it is for readers; the version waits as a draft.
    """
    keep_html(card.markdown())
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if publish and not project.live:
        policies.can_publish(viewer_for(actor), project).require()
    if seen_revision is not None and project.latest_revision_id not in (None, seen_revision):
        raise EditedMeanwhile
    version = project.get_latest_revision_as_object()
    card.write_to(version)
    version.full_clean(exclude=Project.NOT_CHECKED)
    revision = save_version(version, actor)
    if publish:
        publish_version(version, revision, actor)
        return version
    project.refresh_from_db()
    return project


def locked(project: Project) -> Project:
    """The project's row as it is now, which others cannot change until the transaction ends; with its organisation,
    which the policies ask for."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("organisation", "subject")
    return rows.get(pk=project.pk)


@transaction.atomic
def publish_project(*, actor: Member, project: Project) -> None:
    """Publish the latest version of a project as it is. Does nothing where that is the public one."""
    project = locked(project)
    policies.can_publish(viewer_for(actor), project).require()
    if project.live and not project.has_unpublished_changes:
        return
    revision = project.latest_revision or project.save_revision(user=actor)
    publish_version(revision.as_object(), revision, actor)


def save_version(version: Project, actor: Member, restored_from: Revision | None = None) -> Revision:
    """Save a new revision of a version that has been cleaned. A draft's row is saved too: a draft has no public
    version to keep."""
    if not version.live:
        version.save()
    return version.save_revision(user=actor, clean=False, log_action=True, previous_revision=restored_from)


def publish_version(version: Project, revision: Revision, actor: Member) -> None:
    """Make a version the public one; `revision` is how it was saved. The caller has asked the policy, and has locked
    the project's row; the admin's own rules are for the admin.

    It is shown to those chosen for it. A project begun from a use case puts its
    organisation on the use case's list when it is first published.
    """
    first = version.first_published_at is None
    PublishVersion(version, revision, actor).execute(skip_permission_checks=True)
    # Wagtail leaves the version on the revision. Published again later, the revision must read the row as it is then:
    # who sees the project may have been changed.
    Revision.content_object.delete_cached_value(revision)
    if first:
        if version.derived_from:
            add_adopter(version.organisation, version.derived_from, author=actor, stage=version.stage)
        send_on_commit(project_posted, ProjectPosted(version.pk))


@transaction.atomic
def restore_version(*, actor: Member, project: Project, revision: Revision) -> Project:
    """Make an earlier version the latest again; nothing in between is lost."""
    project = locked(project)
    policies.can_restore(viewer_for(actor), project, revision).require()
    version = project.with_content_json(revision.content)
    restored = save_version(version, actor, restored_from=revision)
    if version.live:
        publish_version(version, restored, actor)
    project.refresh_from_db()
    return project


@transaction.atomic
def discard_draft(*, actor: Member, project: Project) -> None:
    """Let the public version be the latest again. What is thrown away stays in the history."""
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if not (project.live and project.has_unpublished_changes and project.live_revision):
        return
    project.latest_revision, project.has_unpublished_changes = project.live_revision, False
    project.save(update_fields=["latest_revision", "has_unpublished_changes", "updated_at"])
    log(instance=project, action="wagtail.revert", user=actor)


@transaction.atomic
def withdraw_project(*, actor: Member, project: Project) -> None:
    """Take a published project down: a draft again, with all its history, for its organisation."""
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if not project.live:
        return
    version = project.get_latest_revision_as_object()
    UnpublishAction(version, user=actor).execute(skip_permission_checks=True)
    version.unpublished_by_staff = False
    version.save(update_fields=["unpublished_by_staff", "updated_at"])


@transaction.atomic
def delete_draft(*, actor: Member, project: Project) -> None:
    """Delete a project that is not published, with its versions, its conversation and its place in lists. Cannot be
    undone. Raises `NotAllowed` and `OthersTakePart`."""
    project = locked(project)
    policies.can_delete_draft(viewer_for(actor), project).require()
    lock_thread_of(project)
    require_no_others(actor=actor, subject=project)
    log_action(actor=actor, action=audit.DRAFT_DELETED, subject=project)
    project.delete()


def lock_thread_of(subject: Project | Work) -> None:
    """Hold back new posts in its conversation until the transaction ends."""
    Thread.objects.select_for_update().get(pk=thread_of(subject).pk)


def require_no_others(*, actor: Member, subject: Project | Work) -> None:
    """Raise `OthersTakePart` where others than the actor have a post that still stands, or take part."""
    posts = Post.objects.filter(thread=thread_of(subject), removed_at=None)
    if (
        posts.exclude(author=actor).exists()
        or subject.subject.participations.exclude(role=Role.OWNER).exists()
    ):
        raise OthersTakePart


@transaction.atomic
def change_visibility(*, actor: Member, project: Project, to: str) -> None:
    """Show a published project to others than before (`to` is a `Visibility`). Raises `StillADraft`."""
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if not project.live:
        raise StillADraft
    set_visibility(instance=project, visibility=to)
    project.save(update_fields=["updated_at"])
    log_action(actor=actor, action=audit.SHOWN_TO, subject=project, to=to)


@transaction.atomic
def follow_membership(*, member_id: int, organisation_id: int) -> None:
    """Store who sees the drafts that the member wrote while waiting, after the membership began or ended. May be called
    twice."""
    drafts = Project.objects.written_while_waiting(member_id=member_id, organisation_id=organisation_id)
    derive_audiences(drafts.select_related("subject"))


@transaction.atomic
def adopt(
    *,
    actor: Member,
    organisation: Organisation,
    subject: Project | Work,
    stage: str = "",
    note: str = "",
    results: str = "",
    since: date | None = None,
) -> Participation:
    """“We do this too”: the organisation adopts a project or a use case. Raises `AlreadyTakesPart`, `AlreadyOwner`."""
    policies.can_adopt(viewer_for(actor), organisation, subject).require()
    participation = add_adopter(
        organisation, subject, author=actor, stage=stage, note=note, results=results, since=since
    )
    if participation is None:
        raise (
            AlreadyOwner
            if subject.subject.participations.owned_by([organisation]).exists()
            else AlreadyTakesPart
        )
    return participation


def add_adopter(organisation: Organisation, subject: Project | Work, **told: Any) -> Participation | None:
    """Make the organisation an adopter of the subject; None when it is one already, or the owner."""
    if subject.subject.participations.owned_by([organisation]).exists():
        return None
    participation, is_new = Participation.objects.get_or_create(
        subject=subject.subject, organisation=organisation, role=Role.ADOPTER, defaults=told
    )
    if not is_new:
        return None
    send_on_commit(took_part, TookPart(participation.pk))
    return participation


@transaction.atomic
def update_participation(
    *,
    actor: Member,
    participation: Participation,
    stage: str = "",
    note: str = "",
    results: str = "",
    since: date | None = None,
) -> None:
    """Tell anew how far the organisation has come with what it does too. Nobody hears of it once more."""
    policies.can_update_participation(viewer_for(actor), participation).require()
    participation.stage, participation.note = stage, note
    participation.results, participation.since = results, since
    participation.save(update_fields=["stage", "note", "results", "since"])


@transaction.atomic
def withdraw_participation(*, actor: Member, participation: Participation) -> None:
    policies.can_withdraw(viewer_for(actor), participation).require()
    participation.delete()


@transaction.atomic
def write_use_case(
    *, actor: Member, organisation: Organisation, text: UseCaseText, language: str, submit: bool
) -> UseCasePage:
    """Draft a use case as the organisation's, and send it to the editors if so wished."""
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
    """Send a draft to the editors, in the name of the organisation it is about."""
    owners = Participation.objects.owners().filter(subject__work=page.work_id)
    for participation in owners.select_related("organisation"):
        policies.can_post(viewer_for(actor), participation.organisation).require()
    submit_for_review(actor=actor, page=page)


@transaction.atomic
def delete_use_case(*, actor: Member, page: UseCasePage) -> None:
    """Delete the draft of a use case, its conversation and its place in lists. Cannot be undone. Raises `NotAllowed`
    and `OthersTakePart`."""
    knowledge_policies.can_delete_draft(viewer_for(actor), page).require()
    work = Work.objects.get(pages=page)
    lock_thread_of(work)
    require_no_others(actor=actor, subject=work)
    delete_draft_page(actor=actor, page=page)

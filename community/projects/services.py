from __future__ import annotations

from collections.abc import Sequence
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
from community.participation.services import record_stage
from community.projects import audit, policies
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.publishing import PublishVersion
from community.projects.signals import ProjectPosted, TookPart, project_posted, took_part
from community.statements.inputs import StatementInput
from community.statements.services import write_statement
from core.audience import viewer_for
from core.refusals import Refusal
from core.signals import send_on_commit
from knowledge.models import Stage, Work
from knowledge.rendering import keep_html
from subjects.services import derive_audiences, set_visibility


class EditedMeanwhile(Refusal):
    """Another member saved a version after the actor opened the form."""

    sentence = _(
        "Someone else saved a version while you were writing. Look at what they changed, then save again."
    )


class AlreadyTakesPart(Refusal):
    sentence = _("Your organisation is already on the list.")


class AlreadyOwner(Refusal):
    """An owner cannot be an adopter too."""

    sentence = _("Your own organisation is responsible for this.")


class StillADraft(Refusal):
    sentence = _("It is a draft. Publish it first, then choose who sees it.")


class OthersTakePart(Refusal):
    """Deleting the subject would delete other members' posts or participations."""

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
    statements: Sequence[StatementInput] = (),
) -> Project:
    """Create a project that the organisation owns, and publish it where `publish` is true. `statements` are what it
    offers and seeks."""
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
    write_statements(actor, project, statements)
    return project


def write_statements(actor: Member, project: Project, statements: Sequence[StatementInput]) -> None:
    for said in statements:
        write_statement(actor=actor, organisation=project.organisation, about=project.subject, said=said)


@transaction.atomic
def edit_project(
    *,
    actor: Member,
    project: Project,
    card: Card,
    seen_revision: int | None = None,
    publish: bool = True,
    statements: Sequence[StatementInput] = (),
) -> Project:
    """Save a new version. Raises `EditedMeanwhile` when the latest version is not the one that the actor has seen.

    Where `publish` is false, a public project stays as it is for readers, and the version waits as a draft.
    `statements` are added to what it offers and seeks. They have no draft: they are shown with the project at once.
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
    write_statements(actor, project, statements)
    if publish:
        publish_version(version, revision, actor)
        return version
    project.refresh_from_db()
    return project


def locked(project: Project) -> Project:
    """Return the project's row as it is now, locked until the transaction ends, with its organisation, which the
    policies read."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("organisation", "subject")
    return rows.get(pk=project.pk)


@transaction.atomic
def publish_project(*, actor: Member, project: Project) -> None:
    """Publish the latest version of a project unchanged. Does nothing where it is public already."""
    project = locked(project)
    policies.can_publish(viewer_for(actor), project).require()
    if project.live and not project.has_unpublished_changes:
        return
    revision = project.latest_revision or project.save_revision(user=actor)
    publish_version(revision.as_object(), revision, actor)


def save_version(version: Project, actor: Member, restored_from: Revision | None = None) -> Revision:
    """Save a new revision of a version that has been validated. A draft's row is saved too, since a draft has no public
    version to keep."""
    if not version.live:
        version.save()
    return version.save_revision(user=actor, clean=False, log_action=True, previous_revision=restored_from)


def publish_version(version: Project, revision: Revision, actor: Member) -> None:
    """Make a version the public one. `revision` is the saved version.

    The caller has checked the policy and locked the project's row. The rules of Wagtail's admin do not apply. A project
    derived from a use case makes its organisation an adopter of the use case when it is first published.
    """
    first = version.first_published_at is None
    PublishVersion(version, revision, actor).execute(skip_permission_checks=True)
    # Wagtail keeps the version on the revision. When the revision is published again later, it must read the row again,
    # since the visibility may have changed.
    Revision.content_object.delete_cached_value(revision)
    if first:
        if version.derived_from:
            add_adopter(version.organisation, version.derived_from, author=actor, stage=version.stage)
        send_on_commit(project_posted, ProjectPosted(version.pk))


@transaction.atomic
def restore_version(*, actor: Member, project: Project, revision: Revision) -> Project:
    """Make an earlier version the latest again. The versions between are kept."""
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
    """Make the public version the latest again. The discarded version stays in the history."""
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if not (project.live and project.has_unpublished_changes and project.live_revision):
        return
    project.latest_revision, project.has_unpublished_changes = project.live_revision, False
    project.save(update_fields=["latest_revision", "has_unpublished_changes", "updated_at"])
    log(instance=project, action="wagtail.revert", user=actor)


@transaction.atomic
def withdraw_project(*, actor: Member, project: Project) -> None:
    """Unpublish a project: it is a draft of its organisation again, with its history."""
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
    """Delete a project that is not published, with its versions, its conversation and its participations. It cannot be
    undone. Raises `NotAllowed` and `OthersTakePart`."""
    project = locked(project)
    policies.can_delete_draft(viewer_for(actor), project).require()
    lock_thread_of(project)
    require_no_others(actor=actor, subject=project)
    log_action(actor=actor, action=audit.DRAFT_DELETED, subject=project)
    project.delete()


def lock_thread_of(subject: Project | Work) -> None:
    """Prevent new posts in its conversation until the transaction ends."""
    Thread.objects.select_for_update().get(pk=thread_of(subject).pk)


def require_no_others(*, actor: Member, subject: Project | Work) -> None:
    """Raise `OthersTakePart` where members other than the actor have a post that is not removed, or take part."""
    posts = Post.objects.filter(thread=thread_of(subject), removed_at=None)
    if (
        posts.exclude(author=actor).exists()
        or subject.subject.participations.exclude(role=Role.OWNER).exists()
    ):
        raise OthersTakePart


@transaction.atomic
def change_visibility(*, actor: Member, project: Project, to: str) -> None:
    """Change who sees a published project (`to` is a `Visibility`). Raises `StillADraft`."""
    project = locked(project)
    policies.can_edit(viewer_for(actor), project).require()
    if not project.live:
        raise StillADraft
    set_visibility(instance=project, visibility=to)
    project.save(update_fields=["updated_at"])
    log_action(actor=actor, action=audit.SHOWN_TO, subject=project, to=to)


@transaction.atomic
def follow_membership(*, member_id: int, organisation_id: int) -> None:
    """Derive the audience of the drafts that the member wrote while waiting, after the membership began or ended. May
    be called twice."""
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
    """Make the organisation an adopter of a project or use case. Raises `AlreadyTakesPart`, `AlreadyOwner`."""
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


def add_adopter(organisation: Organisation, subject: Project | Work, **fields: Any) -> Participation | None:
    """Make the organisation an adopter of the subject. Return None where it is an adopter or the owner already."""
    if subject.subject.participations.owned_by([organisation]).exists():
        return None
    participation, is_new = Participation.objects.get_or_create(
        subject=subject.subject, organisation=organisation, role=Role.ADOPTER, defaults=fields
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
    """Change the stage, notes and results of a participation. It sends no new notices."""
    policies.can_update_participation(viewer_for(actor), participation).require()
    if stage:
        record_stage(
            subject_id=participation.subject_id,
            organisation_id=participation.organisation_id,
            stage=stage,
            note=note if Stage(stage).is_stopped else "",
            by_id=actor.pk,
        )
    participation.stage, participation.note = stage, note
    participation.results, participation.since = results, since
    participation.save(update_fields=["stage", "note", "results", "since"])


@transaction.atomic
def withdraw_participation(*, actor: Member, participation: Participation) -> None:
    policies.can_withdraw(viewer_for(actor), participation).require()
    participation.delete()

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.members.models import Member
from community.members.requests import MemberRequest
from community.organisations.models import Kind, Organisation
from community.participation.models import Participation, Role
from community.projects import limits, policies, services
from community.projects.forms import ProjectForm, VisibilityForm
from community.projects.history import Change, changes_along
from community.projects.models import Project
from community.statements.forms import LinesForm
from community.statements.inputs import StatementInput
from core import topics
from core.audience import may_see
from core.forms import form_page, refusals_in_form
from core.numbers import row_number
from core.requests import SiteRequest
from knowledge.forms import terms_of
from knowledge.models import UseCasePage, Work
from knowledge.reviews import reviews_of
from knowledge.vocabulary import read_list
from subjects.models import Visibility

PAGE_SIZE = 20
FACETS = ("area", "technology", "stage", "place", "organisation_kind")
SORTS = ("newest", "name", "updated")


def projects(request: SiteRequest) -> HttpResponse:
    """Members' projects. Those from inventories are found by search."""
    topics.page_uses(topics.listing("project"))
    kinds = {"organisation_kind": Kind.choices}
    asked, filters = read_list(request.GET, facets=FACETS, sorts=SORTS, fixed=kinds)
    own = Project.objects.visible_to(request.viewer).own().narrowed(asked.chosen)
    found = own.for_cards().with_counts().sorted_by(asked.sort)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "projects/projects.html", {"page": page, "filters": filters})


def project(request: SiteRequest, pk: int, slug: str) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.viewer).for_page(), pk=pk)
    if slug != found.slug:
        return redirect(found)
    topics.page_uses(topics.subject("project", pk), topics.subject("work", found.derived_from_id))
    visible = found.subject.participations.visible_to(request.viewer)
    participations = visible.with_organisations().with_results()
    for each in participations:
        each.subject = found.subject
    context = {
        "project": found,
        "participations": participations,
        "partners": [p for p in participations if p.role not in ("owner", "adopter")],
        "adopters": [p for p in participations if p.role == "adopter"],
        "can_edit": policies.can_edit(request.viewer, found),
        "may_publish": not found.live and bool(policies.can_publish(request.viewer, found)),
        "may_delete": bool(policies.can_delete_draft(request.viewer, found)),
        "seen_by": seen_by(found),
        "derived_from": found.derived_from
        if found.derived_from and may_see(request.viewer, found.derived_from.audience)
        else None,
        "adopt_url_name": "projects:adopt",
    }
    return render(request, "projects/project.html", context)


@login_required
def mine(request: MemberRequest) -> HttpResponse:
    """The member's own page: projects, drafts, and use cases in review and published."""
    member_id = request.user.pk
    drafts = list(
        UseCasePage.objects.drafts_of(member_id)
        .specific()
        .prefetch_related("locale", "work")
        .prefetch_workflow_states()
    )
    reviews = reviews_of([page.pk for page in drafts])
    memberships = list(request.user.memberships.select_related("organisation"))
    spoken_for = [membership.organisation_id for membership in memberships if membership.confirmed_at]
    written_about = [page.work.subject_id for page in drafts]
    others = Participation.objects.owned_by_others(written_about, spoken_for)
    not_to_send = set(others.values_list("subject_id", flat=True))
    for page in drafts:
        page.review = next(iter(reviews[page.pk]), None)
        page.may_be_sent = page.work.subject_id not in not_to_send
    projects = Project.objects.visible_to(request.viewer).own().editable_by(member_id)
    context = {
        "projects": projects.for_cards().order_by("-updated_at"),
        "drafts": drafts,
        "published": UseCasePage.objects.published_of(member_id, get_language() or "").for_cards(),
        "memberships": memberships,
    }
    return render(request, "projects/mine.html", context)


@login_required
def write(request: MemberRequest) -> HttpResponse:
    """Write a new project. `?from=<work>` starts from a use case and stores the origin."""
    if not Organisation.objects.joined_by(request.user.pk).exists():
        messages.info(request, _("Join an organisation first: every project belongs to an organisation."))
        return redirect("organisations:join")
    derived_from = work_named(request)
    if derived_from and owns(request.user, derived_from):
        if request.method != "POST":
            messages.info(
                request,
                _("Your own organisation is responsible for this. You can start from what others have done."),
            )
            return redirect(derived_from)
        derived_from = None
    initial = {"language": get_language(), **carried_over(derived_from)}
    form = ProjectForm(request.POST or None, member=request.user, initial=initial)
    lines = LinesForm(request.POST or None)
    if request.method == "POST" and form.is_valid() & lines.is_valid():
        organisation = form.cleaned_data["organisation"]
        may_publish = policies.can_post(request.viewer, organisation).allowed
        publish = "publish" in request.POST and may_publish
        with refusals_in_form(form):
            limits.DRAFTING.apply(request)
            project = services.post_project(
                actor=request.user,
                organisation=organisation,
                card=form.card(),
                publish=publish,
                derived_from=derived_from,
                statements=statements_of(form, lines),
            )
            messages.success(request, save_message(project, may_publish=may_publish))
            return redirect(project)
    context = {
        "derived_from": derived_from,
        "lines": lines,
        "heading": _("Share a project"),
        "may_publish": bool(request.viewer.organisation_ids),
    }
    return project_form_page(request, form, context)


def statements_of(form: ProjectForm, lines: LinesForm) -> list[StatementInput]:
    """The new statements about a project, with the terms of its card."""
    data = form.cleaned_data
    terms = {name: data[name] for name in ("areas", "technologies")}
    return lines.said(data["language"], contact=form.member, **terms)


def project_form_page(request: MemberRequest, form: ProjectForm, context: dict[str, Any]) -> HttpResponse:
    """The page with the form and `lines`. The errors of either make its status 422."""
    lines = context["lines"]
    counted = {"question_count": form.question_count + len(lines.fields)}
    return form_page(request, "projects/write.html", form, {**context, **counted}, beside=lines)


def carried_over(work: Work | None) -> dict[str, Any]:
    """Initial values of a project that is derived from a use case."""
    page = work.page.specific if work and work.page else None
    if not isinstance(page, UseCasePage):
        return {}
    terms = terms_of(page)
    return {
        "title": page.title,
        "place": page.place.code if page.place else None,
        **{name: terms[name] for name in ("areas", "technologies", "tags")},
    }


def save_message(project: Project, *, may_publish: bool) -> str:
    """Return the message about what happened to the project."""
    if project.live:
        if project.has_unpublished_changes:
            return _("Your changes have been saved. Readers will see the previous version until you publish.")
        return _("Your project is published.") + " " + seen_by(project)
    if may_publish:
        return _("Your draft is saved. It is not public yet.")
    return _("Your draft is saved. You can publish it once you have been approved to represent %(name)s.") % {
        "name": project.organisation.name
    }


def owns(member: Member, work: Work) -> bool:
    """Whether the member belongs to organisations, and all of them own the work."""
    return work.subject.participations.owners().include_all(Organisation.objects.joined_by(member.pk))


def work_named(request: SiteRequest) -> Work | None:
    number = row_number(request.GET.get("from", ""))
    return Work.objects.visible_to(request.viewer).filter(pk=number or 0).first()


@login_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    visible = Project.objects.visible_to(request.viewer).select_related("organisation")
    found = get_object_or_404(visible, pk=pk)
    policies.can_edit(request.viewer, found).require()
    version = found.get_latest_revision_as_object()
    form = ProjectForm(
        request.POST or None, member=request.user, kept=found, initial=ProjectForm.initial_of(version)
    )
    lines = LinesForm(request.POST or None)
    changes = []
    # Members who may edit a public project may publish the change.
    may_publish = found.live or policies.can_publish(request.viewer, found).allowed
    if request.method == "POST" and form.is_valid() & lines.is_valid():
        card, seen = form.card(kept=version), form.cleaned_data["seen_revision"]
        with refusals_in_form(form):
            try:
                limits.SAVING.apply(request)
                saved = services.edit_project(
                    actor=request.user,
                    project=found,
                    card=card,
                    seen_revision=seen,
                    publish="publish" in request.POST and may_publish,
                    statements=statements_of(form, lines),
                )
            except services.EditedMeanwhile:
                changes = changes_since(found, seen)
                form.data = data = request.POST.copy()
                data["seen_revision"] = version.latest_revision_id
                raise
            messages.success(request, save_message(saved, may_publish=may_publish))
            return redirect(saved)
    context = {
        "project": found,
        "changes": changes,
        "lines": lines,
        "heading": _("Edit your project"),
        "may_publish": may_publish,
        "may_delete": bool(policies.can_delete_draft(request.viewer, found)),
    }
    return project_form_page(request, form, context)


@login_required
@require_POST
def publish(request: MemberRequest, pk: int) -> HttpResponse:
    """Publish a draft unchanged."""
    found = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    limits.SAVING.apply(request)
    services.publish_project(actor=request.user, project=found)
    found.refresh_from_db()
    messages.success(request, save_message(found, may_publish=True))
    return redirect(found)


@login_required
@require_POST
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    limits.SAVING.apply(request)
    services.discard_draft(actor=request.user, project=found)
    messages.success(request, _("The changes have been discarded. They are still in the history."))
    return redirect(found)


@login_required
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then unpublish the project."""
    found = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    policies.can_edit(request.viewer, found).require()
    if request.method != "POST":
        return render(request, "projects/withdraw.html", {"project": found})
    limits.SAVING.apply(request)
    services.withdraw_project(actor=request.user, project=found)
    messages.success(
        request, _("The project has been taken down. You can publish it again whenever you like.")
    )
    return redirect("projects:mine")


@login_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete a draft."""
    found = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    policies.can_delete_draft(request.viewer, found).require()
    services.require_no_others(actor=request.user, subject=found)
    if request.method != "POST":
        return render(request, "projects/delete.html", {"project": found})
    limits.SAVING.apply(request)
    services.delete_draft(actor=request.user, project=found)
    messages.success(request, _("The draft has been deleted."))
    return redirect("projects:mine")


@login_required
def change_visibility(request: MemberRequest, pk: int) -> HttpResponse:
    """Change who sees the project."""
    found = get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk)
    policies.can_edit(request.viewer, found).require()
    form = VisibilityForm(request.POST or None, initial={"to": found.visibility})
    if request.method == "POST" and form.is_valid():
        limits.SAVING.apply(request)
        services.change_visibility(actor=request.user, project=found, to=form.cleaned_data["to"])
        found.refresh_from_db()
        messages.success(request, seen_by(found))
        return redirect(
            found if Project.objects.visible_to(request.viewer).filter(pk=pk).exists() else "projects:mine"
        )
    return form_page(request, "projects/visibility.html", form, {"project": found})


def seen_by(project: Project) -> str:
    """Return a sentence on who sees the project now."""
    if project.is_private:
        return _("This is a draft. Only you can see it.")
    name = {"name": project.organisation.name}
    if not project.live and project.unpublished_by_staff:
        return _("This is a draft. Only those who represent %(name)s, and the editors, can see it.") % name
    if not project.live:
        return _("This is a draft. Only those who represent %(name)s can see it.") % name
    if project.visibility == Visibility.PUBLIC:
        return _("Everyone can see the project.")
    if project.visibility == Visibility.MEMBERS:
        return _("Only members who have signed in can see the project.")
    if project.subject.participations.filter(role=Role.PARTNER).exists():
        return _("Only those who represent %(name)s or a partner in the project can see it.") % name
    return _("Only those who represent %(name)s can see the project.") % name


def changes_since(project: Project, seen: int) -> list[Change]:
    """The changes by others after the version that the form began from."""
    before = project.revisions.filter(pk=seen).first()
    latest = project.latest_revision
    return changes_along([before.content, latest.content])[1] if before and latest else []

"""An organisation says that it does this too, says how far it has got, and takes that back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community.members.requests import MemberRequest
from community.organisations.models import Organisation
from community.participation.models import Participation
from community.projects import limits, policies, services
from community.projects.forms import AdoptForm, UpdateParticipationForm
from community.projects.models import Project
from core.forms import form_page, refusals_in_form
from knowledge.models import Work


@login_required
def adopt(request: MemberRequest, pk: int) -> HttpResponse:
    return adoption(request, get_object_or_404(Project.objects.visible_to(request.viewer), pk=pk))


@login_required
def adopt_work(request: MemberRequest, pk: int) -> HttpResponse:
    return adoption(request, get_object_or_404(Work.objects.visible_to(request.viewer), pk=pk))


def adoption(request: MemberRequest, subject: Project | Work) -> HttpResponse:
    """The form “We do this too”, for a project or a use case."""
    form = AdoptForm(request.POST or None, member=request.user)
    joined = Organisation.objects.joined_by(request.user.pk)
    taking_part = subject.subject.participations
    listed = taking_part.owners() | taking_part.adopters()
    if request.method != "POST" and listed.include_all(joined):
        is_own = taking_part.owned_by(joined).exists()
        messages.info(
            request, services.AlreadyOwner.sentence if is_own else services.AlreadyTakesPart.sentence
        )
        return redirect(subject.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.ADOPTING.apply(request)
            services.adopt(actor=request.user, subject=subject, **form.cleaned_data)
            messages.success(request, _("Your organisation is on the list."))
            return redirect(subject.get_absolute_url())
    context = {"subject": subject, "belongs": joined.exists()}
    return form_page(request, "projects/adopt.html", form, context)


@login_required
def update_participation(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the stage, notes and results of an adopter."""
    found = get_object_or_404(
        Participation.objects.adopters().visible_to(request.viewer).select_related("organisation", "subject"),
        pk=pk,
    )
    policies.can_update_participation(request.viewer, found).require()
    initial = {name: getattr(found, name) for name in ("stage", "note", "since", "results")}
    form = UpdateParticipationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        limits.SAVING.apply(request)
        services.update_participation(actor=request.user, participation=found, **form.cleaned_data)
        messages.success(request, _("Saved. This is what the list now says about you."))
        return redirect(found.subject.object)
    return form_page(request, "projects/update_participation.html", form, {"participation": found})


@login_required
def leave(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then end the participation."""
    found = get_object_or_404(
        Participation.objects.adopters().visible_to(request.viewer).select_related("organisation", "subject"),
        pk=pk,
    )
    policies.can_withdraw(request.viewer, found).require()
    if request.method != "POST":
        context = {"participation": found, "measured": found.measured_results.count()}
        return render(request, "projects/leave.html", context)
    limits.SAVING.apply(request)
    services.withdraw_participation(actor=request.user, participation=found)
    gone = _("%(name)s is no longer on the list.") % {"name": found.organisation.name}
    messages.success(request, gone)
    return redirect(found.organisation)

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community.members.requests import MemberRequest
from community.participation import limits, policies, services
from community.participation.evidence import finding_of
from community.participation.forms import ResultForm
from community.participation.models import Participation, Result
from core.forms import form_page, refusals_in_form


@login_required
def results(request: MemberRequest, pk: int) -> HttpResponse:
    """The results of a participation, and a form for one more."""
    found = visible_participation(request, pk)
    policies.can_measure(request.viewer, found).require()
    form = ResultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.MEASURING.apply(request)
            services.add_result(actor=request.user, participation=found, given=form.given())
            messages.success(request, _("The result is saved. It is shown on the page now."))
            return redirect("participation:results", pk=pk)
    rows = [
        (each, finding_of(found.organisation, each))
        for each in found.measured_results.select_related("measure")
    ]
    context = {"participation": found, "results": rows, "is_full": len(rows) >= services.MOST_RESULTS}
    return form_page(request, "participation/results.html", form, context)


@login_required
def edit_result(request: MemberRequest, pk: int) -> HttpResponse:
    found = visible_result(request, pk)
    policies.can_measure(request.viewer, found.participation).require()
    form = ResultForm(request.POST or None, initial=ResultForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.MEASURING.apply(request)
            services.change_result(actor=request.user, result=found, given=form.given())
            messages.success(request, _("The result is saved. It is shown on the page now."))
            return redirect("participation:results", pk=found.participation_id)
    context = {"participation": found.participation, "result": found}
    return form_page(request, "participation/edit_result.html", form, context)


@login_required
def delete_result(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete the result."""
    found = visible_result(request, pk)
    policies.can_delete_result(request.viewer, found.participation).require()
    if request.method != "POST":
        finding = finding_of(found.participation.organisation, found)
        context = {"participation": found.participation, "result": found, "finding": finding}
        return render(request, "participation/delete_result.html", context)
    limits.MEASURING.apply(request)
    participation = found.participation
    services.delete_result(actor=request.user, result=found)
    messages.success(request, _("The result has been removed."))
    if policies.can_measure(request.viewer, participation):
        return redirect("participation:results", pk=participation.pk)
    return redirect(participation.subject.object)


def visible_participation(request: MemberRequest, pk: int) -> Participation:
    visible = Participation.objects.visible_to(request.viewer).select_related("organisation", "subject")
    return get_object_or_404(visible, pk=pk)


def visible_result(request: MemberRequest, pk: int) -> Result:
    visible = Participation.objects.visible_to(request.viewer)
    rows = Result.objects.select_related("measure", "participation__organisation", "participation__subject")
    return get_object_or_404(rows.filter(participation__in=visible), pk=pk)

"""A member writes a use case. The page belongs to `knowledge`; its organisation is stored here."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.members.requests import MemberRequest
from community.organisations.models import Organisation
from community.projects import limits
from community.projects.services import require_no_others
from community.use_cases import services
from community.use_cases.forms import UseCaseDraftForm
from core.forms import form_page, refusals_in_form
from knowledge import policies as knowledge_policies
from knowledge.models import UseCasePage, Work
from knowledge.reviews import reviews_of
from knowledge.services import WithoutSummary, answer_review, edit_draft


@login_required
def write(request: MemberRequest) -> HttpResponse:
    if not Organisation.objects.joined_by(request.user.pk).exists():
        messages.info(request, _("Join an organisation first: every use case belongs to an organisation."))
        return redirect("organisations:join")
    form = UseCaseDraftForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.DRAFTING.apply(request)
            services.write_use_case(
                actor=request.user,
                organisation=form.cleaned_data["organisation"],
                text=form.text(),
                language=get_language() or settings.LANGUAGE_CODE,
                submit="submit" in request.POST,
            )
            return to_mine(request, is_sent="submit" in request.POST)
    return form_page(request, "use_cases/write.html", form)


@login_required
def read(request: MemberRequest, pk: int) -> HttpResponse:
    """The draft as its author last saved it, also during review. Redirects to the public page once there is one."""
    page = get_object_or_404(UseCasePage, pk=pk, owner_id=request.user.pk)
    if page.live:
        return redirect(page.url)
    knowledge_policies.can_read_draft(request.viewer, page).require()
    context = {"page": page, "version": page.get_latest_revision_as_object()}
    return render(request, "use_cases/read.html", context)


@login_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    page = get_object_or_404(UseCasePage, pk=pk, owner_id=request.user.pk)
    if page.live and request.method != "POST":
        return redirect(page.url)  # Earlier notices and mails link here.
    knowledge_policies.can_edit_draft(request.viewer, page).require()
    version = page.get_latest_revision_as_object()
    form = UseCaseDraftForm(
        request.POST or None,
        member=request.user,
        is_new=False,
        is_sent_back=bool(knowledge_policies.can_answer_review(request.viewer, page)),
        initial=UseCaseDraftForm.initial_of(version),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.SAVING.apply(request)
            with transaction.atomic():
                edit_draft(actor=request.user, page=page, text=form.text())
                if answer := form.cleaned_data.get("answer"):
                    answer_review(actor=request.user, page=page, text=answer)
                if "submit" in request.POST:
                    services.submit_use_case(actor=request.user, page=page)
            return to_mine(request, is_sent="submit" in request.POST)
    context = {"page": page, "reviews": reviews_of([page.pk])[page.pk]}
    return form_page(request, "use_cases/write.html", form, context)


@login_required
@require_POST
def submit(request: MemberRequest, pk: int) -> HttpResponse:
    """Submit a draft to the editors unchanged."""
    page = get_object_or_404(UseCasePage, pk=pk, owner_id=request.user.pk)
    limits.SAVING.apply(request)
    try:
        services.submit_use_case(actor=request.user, page=page)
    except WithoutSummary as refusal:
        messages.error(request, str(refusal))
        return redirect("use_cases:edit", page.pk)
    return to_mine(request, is_sent=True)


@login_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete a draft."""
    page = get_object_or_404(UseCasePage, pk=pk, owner_id=request.user.pk)
    knowledge_policies.can_delete_draft(request.viewer, page).require()
    require_no_others(actor=request.user, subject=get_object_or_404(Work, pages=page))
    if request.method != "POST":
        return render(request, "use_cases/delete.html", {"page": page})
    limits.SAVING.apply(request)
    services.delete_use_case(actor=request.user, page=page)
    messages.success(request, _("The draft has been deleted."))
    return redirect("projects:mine")


def to_mine(request: MemberRequest, *, is_sent: bool) -> HttpResponse:
    """Redirect to the member's own page, with a message on whether the use case was submitted."""
    if is_sent:
        messages.success(
            request, _("Your use case is with the editors. You will hear from us when it is published.")
        )
    else:
        messages.success(request, _("Your draft is saved. Send it to the editors when it is ready."))
    return redirect("projects:mine")

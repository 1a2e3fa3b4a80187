from __future__ import annotations

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.members import services
from community.members.forms import ProfileForm
from community.members.models import Member
from community.members.requests import MemberRequest
from core.forms import form_page
from core.spreadsheets import as_text


@login_required
def member(request: MemberRequest, pk: int) -> HttpResponse:
    """A member's page, for members: name, title and organisations. It never shows the address."""
    found = get_object_or_404(Member, pk=pk, is_active=True)
    return render(request, "members/member.html", {"member": found})


@login_required
def profile(request: MemberRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        services.edit_profile(actor=request.user, member=request.user, **form.cleaned_data)
        messages.success(request, _("Your details have been saved."))
        return redirect("members:profile")
    consents = request.user.consents.in_words()
    return form_page(request, "members/profile.html", form, {"consents": consents})


@login_required
@require_POST
def accept_terms(request: MemberRequest) -> HttpResponse:
    """Accept the terms, then return to the page before."""
    services.accept_terms(member=request.user, versions=request.POST.get("versions", ""))
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    # Not redirect(), which would look a single word up among the names of views.
    return HttpResponseRedirect(back if is_ours else reverse("members:profile"))


@login_required
@require_safe
def consents(request: MemberRequest) -> HttpResponse:
    """All terms that the member has accepted, with their dates and texts."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="accepted.csv"', "Cache-Control": "no-store"},
    )
    rows = csv.writer(response)
    rows.writerow(["policy", "in_force", "language", "accepted", "title", "text"])
    for consent in request.user.consents.in_words():
        text = consent.text
        row = [text.code, text.in_force, text.language, consent.given_at.isoformat(), text.title, text.body]
        rows.writerow(map(as_text, row))
    return response

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community.members import services
from community.members.forms import ProfileForm
from community.members.models import Member


@login_required
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's page, for members: who this is and where. Never the address."""
    found = get_object_or_404(Member, pk=pk, is_active=True)
    return render(request, "members/member.html", {"member": found})


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        services.edit_profile(actor=request.user, member=request.user, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect("members:profile")
    return render(request, "members/profile.html", {"form": form})

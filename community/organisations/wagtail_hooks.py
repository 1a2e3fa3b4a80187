"""Staff's list of organisations that may be one, in Wagtail's admin."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from community.members.requests import MemberRequest
from community.organisations.merging import (
    dismiss_merge,
    merge_organisations,
    require_mergeable,
    what_moves,
)
from community.organisations.models import MergeCandidate
from community.organisations.policies import can_merge
from core.forms import refusals_as_messages
from core.requests import SiteRequest

PAGE_SIZE = 30


class StaffMenuItem(MenuItem):
    def is_shown(self, request: SiteRequest) -> bool:
        return bool(can_merge(request.viewer))


def merge_list(request: MemberRequest) -> HttpResponse:
    can_merge(request.viewer).require()
    candidates = MergeCandidate.objects.waiting().with_organisations()
    page = Paginator(candidates, PAGE_SIZE).get_page(request.GET.get("p"))
    return render(request, "organisations/admin/merge_list.html", {"page_obj": page})


def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation where `?keep=` names the one that stays. Then merge the two, or keep both, as the button
    says."""
    can_merge(request.viewer).require()
    candidate = get_object_or_404(MergeCandidate.objects.with_organisations(), pk=pk)
    pair = {"organisation": candidate.organisation, "other": candidate.other}
    is_sent = request.method == "POST"
    kept = (request.POST if is_sent else request.GET).get("keep")
    with refusals_as_messages(request):
        if kept in pair:
            keep = pair.pop(kept)
            (absorb,) = pair.values()
            if not is_sent:
                require_mergeable(keep, absorb)
                context = {"keep": keep, "absorb": absorb, "kept": kept, "moving": what_moves(absorb)}
                return render(request, "organisations/admin/merge_ask.html", context)
            merge_organisations(keep=keep, absorb=absorb, actor=request.user)
            messages.success(request, _("“%(absorb)s” is now “%(keep)s”.") % {"absorb": absorb, "keep": keep})
        elif is_sent:
            dismiss_merge(candidate=candidate, actor=request.user)
            messages.success(request, _("They remain two organisations."))
    return redirect("organisations_merge_list")


@hooks.register("register_admin_urls")
def merge_urls() -> list[URLPattern]:
    return [
        path("organisations/merge/", merge_list, name="organisations_merge_list"),
        path("organisations/merge/<int:pk>/", decide, name="organisations_merge_decide"),
    ]


@hooks.register("register_admin_menu_item")
def merge_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Same organisation?"), reverse("organisations_merge_list"), icon_name="group", order=220
    )

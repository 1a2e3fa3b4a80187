from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from community.mail.services import address_of
from community.mail.streams import NEWSLETTER
from community.members.requests import MemberRequest
from community.notifications import kinds, services
from community.notifications.bell import bell_of
from community.notifications.digests import DIGEST
from community.notifications.feeds import feed_for
from community.notifications.forms import NEVER, SettingsForm
from community.notifications.hours import next_digest
from community.notifications.models import Inbox, Mute, Notice
from community.notifications.preferences import preferences_of, streams_off
from community.notifications.reading import notice_views
from core.forms import form_page
from core.numbers import row_number
from core.requests import SiteRequest
from subjects.models import Subject

PAGE_SIZE = 20


@login_required
@require_GET
def notices(request: MemberRequest) -> HttpResponse:
    """All notices of the member, newest first."""
    found = Notice.objects.of(request.viewer).on_site().with_events().newest_first()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    views = notice_views(page.object_list, request.viewer)
    subject_ids = [one.notice.subject_id for one in views]
    context = {
        "page": page,
        "notices": views,
        "any_unseen": any(one.is_unseen for one in views)
        or (page.has_other_pages() and found.unseen().exists()),
        "silenced": set(
            request.user.notice_mutes.filter(subject__in=subject_ids).values_list("subject", flat=True)
        ),
        "undo": undoable(request),
    }
    return render(request, "notifications/notices.html", context)


def undoable(request: MemberRequest) -> dict[str, Any] | None:
    """Return what the last “less like this” did, as the query string names it; None where it no longer applies."""
    what, _colon, which = request.GET.get("less", "").partition(":")
    if what == "kind" and which in preferences_of(request.user.pk):
        kind, preference = kinds.find(which), preferences_of(request.user.pk)[which]
        return {"kind": kind, "preference": preference, "value": f"kind:{which}"}
    if what == "subject" and (pk := row_number(which)):
        mute = Mute.objects.filter(member=request.user, subject=pk).select_related("subject").first()
        if mute:
            found = Subject.objects.filter(pk=mute.subject_id).visible_to(request.viewer).loaded()
            return {"subject": found.get(mute.subject_id), "value": f"subject:{which}"}
    return None


def own_notice(request: SiteRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.of(request.viewer).select_related("subject"), pk=pk)


@login_required
@require_GET
def open_notice(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark the notice as read and redirect to what it is about. Works without JavaScript."""
    found = own_notice(request, pk)
    views = notice_views(Notice.objects.filter(pk=found.pk).with_events(), request.viewer)
    if not views:
        raise Http404
    services.see_notice(actor=request.user, notice=found)
    return redirect(views[0].url)


@login_required
@require_POST
def see_all(request: MemberRequest) -> HttpResponse:
    services.see_all(member_id=request.user.pk)
    messages.success(request, _("All notices are marked as read."))
    return redirect("notifications:notices")


@login_required
@require_POST
def see(request: MemberRequest) -> JsonResponse:
    """Mark the member's notices of a subject as read, and answer with the bell. `bell.js` posts this when the subject's
    page is visible."""
    pk = row_number(request.POST.get("subject", ""))
    if pk is not None:
        services.see_subject(member_id=request.user.pk, subject_id=pk)
    return bell_now(request)


@login_required
@require_POST
def less(request: MemberRequest, pk: int) -> HttpResponse:
    """Less like this: silence the subject, or reduce the kind by one step."""
    found = own_notice(request, pk)
    kind = kinds.find(found.kind)
    if kind.less == "subject":
        services.mute(member_id=request.user.pk, subject=found.subject)
        done = f"subject:{found.subject_id}"
    else:
        services.reduce(member_id=request.user.pk, kind=kind)
        done = f"kind:{kind.code}"
    response = redirect("notifications:notices")
    response["Location"] += f"?less={done}"
    return response


@login_required
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Undo what `less` did."""
    what, _colon, which = request.POST.get("less", "").partition(":")
    if what == "kind" and which in preferences_of(request.user.pk):
        services.increase(member_id=request.user.pk, kind=kinds.find(which))
    elif what == "subject" and (pk := row_number(which)):
        services.unmute(member_id=request.user.pk, subject=get_object_or_404(Subject, pk=pk))
    messages.success(request, _("Undone. Everything is as it was."))
    return redirect("notifications:notices")


@login_required
@require_GET
@never_cache
def bell(request: MemberRequest) -> JsonResponse:
    return bell_now(request)


def bell_now(request: SiteRequest) -> JsonResponse:
    found = bell_of(request.viewer)
    return JsonResponse({"unseen": found.unseen, "version": found.version})


@login_required
def settings(request: MemberRequest) -> HttpResponse:
    member_id = request.user.pk
    inbox = Inbox.objects.filter(pk=member_id).first() or Inbox(pk=member_id)
    address = address_of(request.user)
    gets_digest = DIGEST not in streams_off(member_id)
    preferences = preferences_of(member_id)
    form = SettingsForm(
        request.POST or None,
        inbox=inbox,
        preferences={kind.code: preferences[kind.code] for kind in kinds.offered_to(request.viewer)},
        gets_digest=gets_digest,
        gets_newsletter=address.wants(NEWSLETTER) if address.member_id == member_id else None,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.save_settings(
            member_id=member_id,
            preferences=form.preferences(),
            frequency=None if said["frequency"] == NEVER else said["frequency"],
            **{name: said[name] for name in ("hour", "weekday", "quiet_from", "quiet_until")},
            newsletter=said.get("newsletter"),
        )
        messages.success(request, _("Saved. This is how we will notify you from now on."))
        return redirect("notifications:settings")
    context = {
        "address": address,
        "inbox": inbox,
        "next_digest": inbox.digest_due or next_digest(inbox, timezone.now()) if gets_digest else None,
        "mutes": muted_subjects(request),
    }
    return form_page(request, "notifications/settings.html", form, context)


def muted_subjects(request: MemberRequest) -> list[tuple[Mute, Any]]:
    """(mute, subject) of each silenced subject that the viewer may still see."""
    mutes = Mute.objects.filter(member=request.user).order_by("-created_at")
    found = Subject.objects.filter(notice_mutes__in=mutes).visible_to(request.viewer).loaded()
    return [(one, found[one.subject_id]) for one in mutes if one.subject_id in found]


@login_required
@require_POST
def unmute(request: MemberRequest, pk: int) -> HttpResponse:
    mute = get_object_or_404(Mute.objects.select_related("subject"), pk=pk, member=request.user)
    services.unmute(member_id=request.user.pk, subject=mute.subject)
    messages.success(request, _("You will get notices about it again."))
    return redirect("notifications:settings")


@login_required
@require_POST
def renew_feed(request: MemberRequest) -> HttpResponse:
    """Give the feed a new address, or close it."""
    if "close" in request.POST:
        services.close_feed(member_id=request.user.pk)
        messages.success(request, _("Your feed is closed. Its address no longer works."))
    else:
        had_one = Inbox.objects.filter(pk=request.user.pk, feed_token__isnull=False).exists()
        services.renew_feed(member_id=request.user.pk)
        if had_one:
            messages.success(request, _("Your feed has a new address. The old one no longer works."))
        else:
            messages.success(
                request, _("Your feed now has an address. You will find it at the bottom of this page.")
            )
    return redirect(f"{reverse('notifications:settings')}#feed")


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def feed(request: SiteRequest, token: UUID) -> HttpResponse:
    """The notices as Atom. The secret address is enough; no session is required."""
    inbox = get_object_or_404(
        Inbox.objects.select_related("member"), feed_token=token, member__is_active=True
    )
    found = feed_for(request, inbox.member)
    response = HttpResponse(found.writeString("utf-8"), content_type=found.content_type)
    response["Last-Modified"] = http_date(found.latest_post_date().timestamp())
    response["X-Robots-Tag"] = "noindex"
    return response

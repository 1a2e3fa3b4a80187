from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.contact.forms import AccessibilityProblemForm, ContactForm
from community.contact.models import ContactMessageKind
from community.contact.services import send_message
from core.forms import RefusedError, form_page, form_status
from core.limits import Limit, TooMany, try_again
from core.requests import SiteRequest
from knowledge.models import OperatorInfo, PlainPage

LIMITS = {
    ContactMessageKind.ACCESSIBILITY: Limit("accessibility_problems", count=100, seconds=3600),
    ContactMessageKind.CONTACT: Limit("contact_messages", count=5, seconds=3600),
}
"""Visitors are counted by IP address. A whole town hall may share one, and the law requires that accessibility problems
can be reported."""
FORMS = {
    ContactMessageKind.ACCESSIBILITY: AccessibilityProblemForm,
    ContactMessageKind.CONTACT: ContactForm,
}


def write(request: SiteRequest, kind: ContactMessageKind) -> HttpResponse:
    """Show and take the form for one kind of message. `?page=` fills in the page that the message is about."""
    member = request.user if request.user.is_authenticated else None
    initial = {"page": request.GET.get("page", "")[:300], "email": member.email if member else ""}
    form = FORMS[kind](request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            LIMITS[kind].apply(request)
            send_message(actor=member, kind=kind, **form.cleaned_data)
        except TooMany as refusal:
            form.add_error(None, RefusedError(refusal, too_many_messages(refusal.retry_after or 0)))
        else:
            return redirect(f"{reverse('contact:sent')}?about={kind}")
    page = PlainPage.objects.with_code(kind, get_language() or "")
    is_full = form_status(form) == TooMany.status
    return form_page(request, "contact/write.html", form, {"kind": kind, "about": page, "is_full": is_full})


def too_many_messages(seconds: int) -> str:
    """Return the message for a sender over the limit, with the mail address as another way."""
    sentences = [
        _("Many messages have come from the same network. What you wrote is still here."),
        try_again(seconds),
    ]
    if email := OperatorInfo.load().email:
        sentences.append(_("Or write to %(email)s.") % {"email": email})
    return " ".join(sentences)


def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "contact/sent.html", {"kind": request.GET.get("about", "")})

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from config.forms import FailingForm, LetterForm
from foundation.refusals import NotAllowed, Refusal
from knowledge.models import POLICIES, LetterKind, PlainCode, PlainPage, PolicyText
from knowledge.services import write_letter

LETTERS = {LetterKind.ACCESSIBILITY: FailingForm, LetterKind.CONTACT: LetterForm}


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the house on one page; mounted only where `COMPONENTS_PAGE` is set."""
    return render(request, "components.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"form_expired": True}, status=403)


_redirect_to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)


def to_login(request: HttpRequest) -> HttpResponse:
    """Every sign-in page is the site's own. Who is signed in and sent here may not enter: said once, not for ever."""
    if request.user.is_authenticated:
        raise NotAllowed(_("This part is for the editors. Sign in with another account if you have one."))
    return _redirect_to_login(request)


def letter(request: HttpRequest, kind: LetterKind) -> HttpResponse:
    """Anybody writes to those who run the site: a failing, or anything else. `?page=` says what it is about."""
    member = request.user if request.user.is_authenticated else None
    told = {"page": request.GET.get("page", "")[:300], "email": member.email if member else ""}
    form = LETTERS[kind](request.POST or None, initial=told)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            write_letter(kind=kind, member=member, address=request.META["REMOTE_ADDR"], **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            return redirect("letter_sent")
    page = PlainPage.objects.with_code(kind, get_language() or "")
    return render(request, "site/letter.html", {"form": form, "kind": kind, "about": page}, status=status)


def letter_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "site/letter_sent.html")


def policy(request: HttpRequest, code: str, since: date) -> HttpResponse:
    """A version of the terms, or of how personal data is handled, as it was published."""
    text = PolicyText.objects.of_date(code, since, get_language() or "") if code in POLICIES else None
    if text is None:
        raise Http404
    present = PlainPage.objects.with_code(PlainCode(code), text.language)
    return render(request, "site/policy.html", {"text": text, "present": present})

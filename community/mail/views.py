from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from community.mail import links, services, streams
from community.mail.forms import LanguageForm, SubscribeForm
from core.forms import form_page
from core.limits import Limit
from core.requests import AccountRequest, SiteRequest

ASKING = Limit("mail", count=5, seconds=3600)


def subscribe(request: SiteRequest) -> HttpResponse:
    """The newsletter's form. Its answer does not reveal whether the address is known."""
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ASKING.apply(request)
        services.ask_to_confirm(email=form.cleaned_data["email"], stream=streams.NEWSLETTER)
        return redirect("mail:asked")
    return form_page(request, "mail/pages/subscribe.html", form)


def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "mail/pages/asked.html")


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address. A program that opens the link changes nothing; only the page's button does."""
    address, code = links.read_confirm(token)
    if request.method == "POST":
        services.confirm(address=address, stream=code)
    context = {"stream": streams.get(code) if code else None, "done": request.method == "POST"}
    return render(request, "mail/pages/confirm.html", context)


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe one address from one stream, without sign-in. Mail programs POST here themselves (RFC 8058), so no
    CSRF token is required; the signed link replaces it."""
    address, code = links.read_unsubscribe(token)
    wanted = request.method != "POST" and address.wants(code)
    if request.method == "POST":
        services.unsubscribe(address=address, stream=code)
    # No redirect, since mail programs do not follow one.
    context = {"stream": streams.get(code), "wanted": wanted, "token": token}
    return render(request, "mail/pages/unsubscribe.html", context)


@require_POST
def resubscribe(request: HttpRequest, token: str) -> HttpResponse:
    address, code = links.read_unsubscribe(token)
    services.resubscribe(address=address, stream=code)
    return redirect("mail:unsubscribe", token)


@login_required
@require_POST
def again(request: AccountRequest) -> HttpResponse:
    """Send a member whose mail bounced a link that confirms the address again."""
    ASKING.apply(request)
    services.ask_to_confirm(email=request.user.email, stream="")
    messages.success(request, _("We have sent an e-mail to your address. Follow the link in it."))
    return redirect("account_email")


@login_required
@require_POST
def language(request: AccountRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if form.is_valid():
        services.speak(address=services.address_of(request.user), language=form.cleaned_data["language"])
        messages.success(request, _("From now on we will write to you in that language."))
    return redirect("account_email")

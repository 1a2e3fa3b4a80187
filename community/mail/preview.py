"""Shows each mail as its reader gets it, in both languages. Mounted only where `COMPONENTS_PAGE` is set."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_sameorigin

from community.mail import messages, rendering, samples
from community.mail.models import Address, Delivery

# A mail contains its own style, which pages may not: it is shown in a frame with its own policy.
OF_A_MAIL = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF],
    "frame-ancestors": [SELF],
}


def templates(request: HttpRequest) -> HttpResponse:
    rows = [samples.get(name) for name in samples.templates()]
    return render(
        request, "mail/preview/templates.html", {"rows": rows, "languages": dict(settings.LANGUAGES)}
    )


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # Typed for views without arguments.
def mail(request: HttpRequest, language: str, template: str) -> HttpResponse:
    delivery = sample_delivery(template, language)
    found = {
        "delivery": delivery,
        "template": template,
        "languages": dict(settings.LANGUAGES),
        "headers": {"To": delivery.address.email, **messages.headers(delivery)},
    }
    return render(request, "mail/preview/mail.html", found)


@xframe_options_sameorigin
@csp(OF_A_MAIL)  # type: ignore[arg-type]
def html(request: HttpRequest, language: str, template: str) -> HttpResponse:
    return HttpResponse(sample_delivery(template, language).html)


def sample_delivery(template: str, language: str) -> Delivery:
    """Return an unsaved delivery of the sample, to an invented address."""
    if template not in samples.templates() or language not in dict(settings.LANGUAGES):
        raise Http404
    sample = samples.get(template)
    address = Address(email="anna@samverka.example", language=language)
    with translation.override(language):
        context = sample.fill()
    words = rendering.write(to=address, stream=sample.stream, template=template, context=context)
    return Delivery(
        address=address,
        stream=sample.stream,
        language=language,
        subject=words.subject,
        text=words.text,
        html=words.html,
        not_before=timezone.now(),
    )

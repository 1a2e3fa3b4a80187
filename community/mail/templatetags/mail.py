from __future__ import annotations

from typing import Any

from django import template

from community.mail.forms import LanguageForm
from community.mail.models import Address

register = template.Library()


@register.inclusion_tag("mail/parts/comes_back.html", takes_context=True)
def mail_comes_back(context: dict[str, Any]) -> dict[str, Any]:
    """`{% mail_comes_back %}`, on a member's own page: says that their mail bounces, and what to do."""
    address = _own(context)
    return {"address": address and address.bounced_at and address, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("mail/parts/language.html", takes_context=True)
def mail_language(context: dict[str, Any]) -> dict[str, Any]:
    """`{% mail_language %}`, on a member's own page: the form for the language of mail. Empty until the address is
    confirmed."""
    address = _own(context)
    form = LanguageForm(initial={"language": address.language}) if address else None
    return {"form": form, "csrf_token": context.get("csrf_token")}


def _own(context: dict[str, Any]) -> Address | None:
    return Address.objects.filter(member=context["request"].user.pk).first()

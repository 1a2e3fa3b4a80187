from __future__ import annotations

from typing import Any

from django import template

from community.mail.models import Address

register = template.Library()


@register.inclusion_tag("mail/parts/bounced.html", takes_context=True)
def bounced_mail(context: dict[str, Any]) -> dict[str, Any]:
    """`{% bounced_mail %}`: tells the member whose page this is that their mail comes back, and how to mend it."""
    request = context["request"]
    bounced = Address.objects.filter(member=request.user.pk).exclude(bounced_at=None).first()
    return {"bounced": bounced, "request": request, "csrf_token": context.get("csrf_token")}

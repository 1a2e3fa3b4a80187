"""Renders the three parts of a mail from its templates, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from community.mail import links, streams
from community.mail.models import Address
from core.own_address import site_address


@dataclass(frozen=True)
class Written:
    subject: str
    text: str
    html: str


def write(*, to: Address, stream: str, template: str, context: dict[str, Any]) -> Written:
    """Render `templates/mail/<template>.{subject.txt,txt,html}`. Besides the context, a template gets `site` (the
    address to put before an `{% url %}`), `why` and, where the stream can be unsubscribed, `unsubscribe_url`."""
    kind = streams.get(stream)
    with translation.override(to.language):
        values = {
            **context,
            "language": to.language,
            "site": site_address(),
            "why": kind.why,
            "unsubscribe_url": links.unsubscribe_url(to, stream, to.language) if kind.can_unsubscribe else "",
        }
        return Written(
            subject=" ".join(_render(f"mail/{template}.subject.txt", values).split())[:250],
            text=_render(f"mail/{template}.txt", values).strip() + "\n",
            html=_render(f"mail/{template}.html", values).strip() + "\n",
        )


def _render(name: str, values: dict[str, Any]) -> str:
    template: Any = get_template(name)
    return template.template.render(Context(values, autoescape=name.endswith(".html")))

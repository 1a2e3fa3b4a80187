from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from community.members.tasks import send_account_mail


class AccountAdapter(DefaultAccountAdapter):
    """Account mail is queued with the change that causes it: a resting mail server stops nobody."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail = self.render_mail(template_prefix, email, {"email": email, **context})
        alternatives = getattr(mail, "alternatives", [])
        send_account_mail.enqueue(
            subject=mail.subject,
            body=str(mail.body),
            html=str(alternatives[0][0]) if alternatives else "",
            sender=mail.from_email,
            to=[email],
        )

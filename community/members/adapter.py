from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _

from community.members.tasks import send_account_mail


class AccountAdapter(DefaultAccountAdapter):
    """Account mail is queued with the change that causes it: a resting mail server stops nobody."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("You have this address here already."),
        "email_password_mismatch": _(
            "The e-mail address or the password is not right. Try again, or choose a new password."
        ),
        "enter_current_password": _("That is not your password now."),
        "incorrect_password": _("The password is not right."),
        "invalid_password_reset": _("The link has been used or is too old. Ask for a new one."),
        "too_many_login_attempts": _("Too many tries. Wait a while and try again."),
        "rate_limited": _("Too many tries. Wait a while and try again."),
    }

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

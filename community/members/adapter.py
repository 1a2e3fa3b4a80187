from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _

from community.mail import services, streams


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
        """Each event is a mail of its own, whatever was sent before."""
        name = template_prefix.rpartition("/")[2].removesuffix("_signup")
        services.send(
            to=services.address_for(email),
            stream=streams.ACCOUNT,
            key=f"{streams.ACCOUNT}:{name}:{uuid4().hex}",
            template=f"account/{name}",
            context=context,
        )

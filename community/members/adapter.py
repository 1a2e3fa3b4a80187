from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.mail import services, streams
from community.members.browsers import attempts_key, note_browser
from community.members.limits import SIGN_IN
from core.limits import address_token
from core.mail_addresses import fold_address
from core.own_address import whole_address


class AccountAdapter(DefaultAccountAdapter):
    """Queues account mail with the change that causes it, so that an unavailable mail server delays no one."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("You have already added this address."),
        "email_password_mismatch": _(
            "The e-mail address or password is incorrect. Try again, or choose a new password."
        ),
        "email_taken": _(
            "There is already an account with this e-mail address. Sign in, or choose a new password."
        ),
        "enter_current_password": _("That is not your current password."),
        "incorrect_password": _("The password is incorrect."),
        "invalid_password_reset": _("This link has been used or has expired. Ask for a new one."),
        "too_many_login_attempts": _("Too many attempts. Wait a while and try again."),
        "rate_limited": _("Too many attempts. Wait a while and try again."),
    }

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """After the first address: the steps that are left, through sign-in. After another: the list of addresses."""
        if EmailAddress.objects.filter(user=email_address.user_id).count() > 1:
            return reverse("account_email")
        steps = reverse("organisations:welcome")
        if self.request.user.is_authenticated:
            return steps
        return f"{reverse('account_login')}?{urlencode({'next': steps})}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return a token of the address. allauth uses it only to count requests."""
        return address_token(request)

    def clean_email(self, email: str) -> str:
        """Fold the address when signing up, adding an address and asking for a new password: one mailbox is one
        address."""
        return fold_address(super().clean_email(email))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return attempts_key(request, credentials.get("email", ""))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        member = super().authenticate(request, **credentials)
        if member:
            note_browser(request, credentials.get("email", ""))
        return member

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        SIGN_IN.spend(address_token(request))
        super().pre_authenticate(request, **credentials)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send each event as a mail of its own. The links begin with `BASE_URL`, as in all mail, whatever host the
        request named."""
        ours = {
            key: whole_address(urlsplit(value)._replace(scheme="", netloc="").geturl())
            for key, value in context.items()
            if key.endswith("_url")
        }
        name = template_prefix.rpartition("/")[2].removesuffix("_signup")
        services.send(
            to=services.address_for(email),
            stream=streams.ACCOUNT,
            key=f"{streams.ACCOUNT}:{name}:{uuid4().hex}",
            template=f"account/{name}",
            context={**context, **ours},
        )

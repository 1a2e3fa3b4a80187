"""The demonstration's second step takes a published code, as its accounts share a published password."""

from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator

from demonstration.accounts import CODE


class TakesPublishedCode(BaseAuthenticateForm):
    """Never in production, which does not install this package. allauth's own setting for such a code wants DEBUG."""

    def clean_code(self) -> str:
        if self.cleaned_data["code"] == CODE and self.user.email.endswith(".example"):
            self.authenticator = Authenticator.objects.filter(
                user=self.user, type=Authenticator.Type.TOTP
            ).first()
            if self.authenticator:
                return CODE
        return super().clean_code()


class CodeForm(TakesPublishedCode, AuthenticateForm):
    pass


class CodeAgainForm(TakesPublishedCode, ReauthenticateForm):
    pass

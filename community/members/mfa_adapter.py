from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _


class MFAAdapter(DefaultMFAAdapter):
    """Error messages of two-step sign-in in the site's own words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is incorrect or has expired. Enter the one your app shows now."),
    }

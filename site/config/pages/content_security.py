"""The content security policy: a strict one for the site, another for Wagtail's admin."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest


class ContentPolicyMiddleware(CSPMiddleware):
    """Wagtail's editor needs inline script and style, so only addresses below /admin/ allow them.

    A preview keeps the site's policy, but the editor may show it in a frame. Wagtail makes a preview with a request of
    its own, which passes all middleware and carries `is_preview`; no request from a browser can set that.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if request.path_info.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY
            response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        elif getattr(request, "is_preview", False):
            response._csp_replace = {"frame-ancestors": [SELF]}
            response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        return super().process_response(request, response)

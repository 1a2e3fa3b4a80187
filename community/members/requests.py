"""The type of a request for views that only members can open."""

from __future__ import annotations

from community.members.models import Member
from core.requests import SiteRequest


class MemberRequest(SiteRequest):
    """`user` is signed in: the view has `login_required`, or the service that it calls refuses visitors."""

    user: Member

"""The type of a request for a view that only members get through."""

from __future__ import annotations

from community.members.models import Member
from core.requests import SiteRequest


class MemberRequest(SiteRequest):
    """`user` is signed in: the view is behind `login_required`, or what it calls refuses visitors."""

    user: Member

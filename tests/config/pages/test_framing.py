"""Nobody puts the site in a frame; the editors' preview is one."""

from __future__ import annotations

import pytest
from django.test import Client

from community.members.models import Member


@pytest.mark.django_db
def test_the_site_refuses_to_be_framed(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_editors_room_may_frame_itself_and_nobody_else(client: Client) -> None:
    client.force_login(
        Member.objects.create_superuser(email="editor@example.org", password="a long password")
    )
    answer = client.get("/admin/")
    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]

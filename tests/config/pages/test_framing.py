"""Nobody puts the site in a frame; the editors' preview is one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from tests.factories import GuideFactory


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


@pytest.mark.django_db
def test_a_preview_may_be_framed_by_the_editors_room_and_keeps_the_sites_own_policy(client: Client) -> None:
    client.force_login(
        Member.objects.create_superuser(email="editor@example.org", password="a long password")
    )
    page = GuideFactory(title="Börja smått", live=False)
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert "Börja smått" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "'none'" not in policy.partition("frame-ancestors")[2].partition(";")[0]
    assert "unsafe-inline" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_the_page_itself_is_framed_by_nobody_however_it_is_asked_for(client: Client) -> None:
    page = GuideFactory()
    for address in (page.url, f"{page.url}?in_preview_panel=true&mode="):
        answer = client.get(address)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

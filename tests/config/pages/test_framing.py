"""No page of the site can be framed, except the preview in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from tests.factories import GuideFactory


@pytest.mark.django_db
def test_the_site_forbids_framing(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_admin_can_be_framed_only_by_itself(client: Client) -> None:
    client.force_login(
        Member.objects.create_superuser(email="editor@example.org", password="a long password")
    )
    answer = client.get("/admin/")
    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_preview_can_be_framed_by_the_admin_and_keeps_the_sites_own_policy(client: Client) -> None:
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
def test_a_published_page_cannot_be_framed_even_with_preview_parameters(client: Client) -> None:
    page = GuideFactory()
    for address in (page.url, f"{page.url}?in_preview_panel=true&mode="):
        answer = client.get(address)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

"""Sign-in pages, the content security policy and error pages of the whole site."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

from core.refusals import NotAllowed
from tests.factories import GuideFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


def policy(client: Client, url: str) -> dict[str, list[str]]:
    header = client.get(url)["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in header.split(";") if part.strip())}


def test_the_content_security_policy_allows_only_the_sites_own_files(client: Client) -> None:
    guide = GuideFactory()
    for url in ("/", guide.url, reverse("projects:list"), reverse("account_login"), "/nowhere/"):
        directives = policy(client, url)
        assert directives["default-src"] == ["'none'"]
        assert directives["script-src"] == ["'self'"]
        assert directives["style-src"] == ["'self'"]
        assert directives["frame-ancestors"] == ["'none'"]
        assert not any(
            "unsafe" in value or "*" in value for values in directives.values() for value in values
        )


def test_the_admin_has_its_own_content_security_policy(client: Client) -> None:
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    directives = policy(client, reverse("wagtailadmin_home"))
    assert "'unsafe-inline'" in directives["script-src"]
    assert directives["frame-ancestors"] == ["'self'"]
    assert "'unsafe-inline'" not in policy(client, "/administration/")["script-src"]


@pytest.mark.parametrize("url", ["/admin/login/", "/_util/login/", "/en/_util/login/"])
def test_every_sign_in_page_leads_to_the_one_with_the_second_factor(client: Client, url: str) -> None:
    response = client.get(f"{url}?next=/om/")
    assert response.status_code == 302
    login = "/en/accounts/login/" if url.startswith("/en/") else "/accounts/login/"
    assert response["Location"] == f"{login}?next=/om/"
    member = MemberFactory(password="a long password")
    client.post(url, {"username": member.email, "password": "a long password"})
    assert "_auth_user_id" not in client.session


def test_the_admin_redirects_visitors_to_the_sign_in_page(client: Client) -> None:
    response = client.get("/admin/pages/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Fpages%2F"


def test_passwords_are_changed_in_one_place_only(client: Client) -> None:
    assert client.get("/admin/password_reset/")["Location"] == reverse("account_reset_password")
    assert client.get("/admin/password_reset/confirm/MQ/abc-123/").status_code == 404
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    assert b"old_password" not in client.get(reverse("wagtailadmin_account")).content


def test_djangos_own_admin_is_not_mounted() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    assert "wagtail" in resolve("/admin/").func.__module__


def test_members_get_403_in_the_admin(client: Client) -> None:
    client.force_login(MemberFactory())
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert b"<main" in response.content


def test_a_refusal_is_a_page_with_a_reason_and_its_status(client: Client) -> None:
    project = ProjectFactory()
    client.force_login(MemberFactory())
    response = client.get(reverse("projects:edit", args=[project.pk]))
    assert response.status_code == NotAllowed.status == 403
    page = response.content.decode()
    assert "Bara de som företräder organisationen" in page
    assert "<main" in page


def test_a_form_without_a_csrf_token_is_refused_with_a_page() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_login"), {})
    assert response.status_code == 403
    assert b"<main" in response.content


def test_the_health_endpoint_says_that_the_database_answers(client: Client) -> None:
    assert client.get("/health/").json() == {"status": "ok"}

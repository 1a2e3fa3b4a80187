"""Clients that ask for JSON get errors as JSON: always below /api/, elsewhere by the Accept header."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from community.discussions.services import thread_of
from core.limits import Limit
from search.limits import SEARCHING
from tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
DIGITS = {count: "9" * count for count in (20, 200, 5000)}


def detail(response: Any) -> str:
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "private, no-store"
    return json.loads(response.content)["detail"]


def test_an_unknown_address_below_api_is_a_404_in_json(client: Client) -> None:
    for path in ("v2", "v2/", "v1/", "v1/nothing", "v1/projects/x", "v1/projects/1/"):
        for headers in ({}, {"Accept": "text/html"}):
            response = client.get(f"/api/{path}", headers=headers)
            assert (response.status_code, detail(response)) == (404, "Not Found"), path


def test_a_wrong_method_below_api_is_a_405_in_json_that_names_the_allowed_one(client: Client) -> None:
    response = client.post(reverse("api:projects"))
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert detail(response) == "Method Not Allowed"


def test_a_missing_page_is_json_only_for_clients_that_ask_for_json(client: Client) -> None:
    response = client.get("/finns-inte/", headers=JSON)
    assert (response.status_code, detail(response)) == (404, "Not Found")
    for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "", ";;q=x,\xe5/"):
        page = client.get("/finns-inte/", headers={"Accept": accept})
        assert page.status_code == 404
        assert page["Content-Type"].startswith("text/html")


def test_an_unavailable_database_is_reported_in_json() -> None:
    def is_away(*args: Any) -> None:
        raise OperationalError from psycopg.OperationalError()

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(is_away):
        answers = [client.get("/api/v1/projects"), client.get("/projekt/?page=2", headers=JSON)]
        page = client.get("/projekt/?page=2")
    for response in answers:
        assert response.status_code == 503
        assert response["Retry-After"]
        assert json.loads(response.content) == {"detail": "Service Unavailable"}
    assert page["Content-Type"].startswith("text/html")


def test_a_reached_limit_is_reported_in_json(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.views.SEARCHING", Limit(SEARCHING.name, count=0, seconds=3600))
    response = client.get(reverse("search:suggest"), headers=JSON)
    assert (response.status_code, response["Content-Type"]) == (429, "application/json")
    assert response["Retry-After"]
    assert json.loads(response.content)["error"], "a sentence, as of every refusal"


def test_an_expired_form_is_reported_in_json_to_a_script() -> None:
    member = MemberFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    address = reverse("discussions:post", args=[thread_of(ProjectFactory()).pk])
    response = client.post(address, {"text": "x"}, headers=JSON)
    assert response.status_code == 403
    assert json.loads(response.content) == {"detail": "Forbidden"}


def test_an_unknown_host_is_refused_in_a_sentence_or_in_json(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["samverka.example"]
    for host in ("evil.example", "samverka.example:x", "a b", "[::1", "samverka.example@evil.example"):
        page = client.get("/", headers={"Host": host})
        assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")
        assert "<h1" in page.content.decode()
        assert client.get("/api/v1/projects", headers={"Host": host}).json() == {"detail": "Bad Request"}


@pytest.mark.parametrize("digits", DIGITS)
def test_a_number_without_a_row_is_not_found_or_refused(client: Client, digits: int) -> None:
    number = DIGITS[digits]
    thread = thread_of(ProjectFactory()).pk
    for address, status in {
        f"/api/v1/projects/{number}": 404,
        f"/api/v1/threads/{number}/posts": 404,
        f"/api/v1/threads?subject_id={number}": 422,
        f"/api/v1/threads/{thread}/posts?after={number}": 422,
        f"/api/v1/projects?page={number}": 422,
        f"/sitemap-pages-{number}.xml": 404,
        f"/sitemap-projects-{number}.xml": 404,
        f"/samtal/{number}/": 404,
        f"/samtal/{number}/posts/1/edit/": 404,
        f"/documents/{number}/": 404,
        f"/projekt/{number}-x/": 404,
        f"/projekt/?page={number}": 200,
        f"{reverse('discussions:changes', args=[thread])}?after={number}": 404,
    }.items():
        response = client.get(address)
        assert response.status_code == status, address[:80]
        if address.startswith("/api/"):
            assert response["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/organisations/a%00b", 404),
        ("/api/v1/organisations?kind=a%00b", 200),
        ("/api/v1/threads?subject_kind=%00", 200),
        ("/media/images/%00", 404),
        ("/media/images/a%00b.png", 404),
        ("/organisationer/a%00b/", 404),
        ("/%00", 404),
        ("/static/%00", 404),
        ("/sok/?q=%00&kind=%00&area=%00", 200),
        ("/organisationer/namn/?organisation=a%00b", 200),
    ],
)
def test_a_nul_character_is_not_found_or_ignored(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_a_link_with_an_impossible_number_does_not_fail_for_a_member(client: Client) -> None:
    project = ProjectFactory()
    client.force_login(project.author)
    for number in (*DIGITS.values(), "%00", "-1", "%D9%A3", "%C2%B2"):
        assert client.get(f"{reverse('projects:write')}?from={number}").status_code == 200
        assert client.get(f"{reverse('notifications:notices')}?less=subject:{number}").status_code == 200

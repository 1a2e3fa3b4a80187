"""The demonstration's accounts work, and production does not have them."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from demonstration.accounts import CODE, PASSWORD, shown_accounts
from demonstration.load.members import load_members
from knowledge.models import UseCasePage
from knowledge.seeding import EDITORS
from knowledge.services import UseCaseText, draft_use_case, submit_for_review

ROOT = Path(__file__).resolve().parents[2]
EDITOR = shown_accounts()[0][0]


@pytest.mark.django_db
@pytest.mark.parametrize("email", [email for email, _title in shown_accounts()])
def test_the_accounts_shown_to_users_can_sign_in(client: Client, email: str) -> None:
    load_members()
    response = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert response.status_code == 302
    if email == EDITOR:
        assert response.url == reverse("mfa_authenticate"), "a member with a role is asked for a code"
        client.post(response.url, {"code": CODE})
    assert client.session["_auth_user_id"] == str(Member.objects.get(email=email).pk)
    assert Member.objects.get(email=email).emailaddress_set.filter(verified=True, primary=True).exists()


@pytest.mark.django_db
def test_the_editor_has_only_the_editors_role() -> None:
    load_members()
    editor = Member.objects.get(email=EDITOR)
    assert [group.name for group in editor.groups.all()] == [EDITORS]
    assert not editor.is_superuser
    assert editor.has_perm("wagtail_localize.submit_translation")


@pytest.mark.django_db
def test_the_editor_publishes_the_draft_of_a_member(client: Client) -> None:
    load_members()
    author = Member.objects.get(email=shown_accounts()[1][0])
    text = UseCaseText(title="Räkna måsar", summary="Färre måsar på torget.", stage="pilot")
    page = draft_use_case(actor=author, text=text)
    submit_for_review(actor=author, page=page)
    client.force_login(Member.objects.get(email=EDITOR))
    assert client.get("/admin/").status_code == 200
    state = page.current_workflow_task_state
    approve = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    assert client.post(approve, {"comment": ""}).status_code == 302
    assert UseCasePage.objects.get(pk=page.pk).live


@pytest.mark.django_db
def test_a_member_cannot_open_the_admin(client: Client) -> None:
    load_members()
    client.force_login(Member.objects.get(email=shown_accounts()[1][0]))
    assert client.get("/admin/").status_code != 200


def test_the_command_prints_how_to_sign_in() -> None:
    out = StringIO()
    call_command("demonstration_accounts", stdout=out)
    assert EDITOR in out.getvalue()
    assert PASSWORD in out.getvalue()
    assert CODE in out.getvalue()


def test_production_has_no_demonstration() -> None:
    settings = {
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzåäöABCDEFGHIJKLMNOP",
        "ALLOWED_HOSTS": "samverka.example",
        "DATABASE_URL": "postgres://nobody@localhost/nothing",
        "REDIS_URL": "redis://localhost/0",
        "ELASTICSEARCH_URL": "http://localhost:9200",
        "PYTHONPATH": ".:site",
    }
    command = [sys.executable, "-c", "from config.settings.production import *; print(*INSTALLED_APPS)"]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True
    )
    installed = run.stdout.split()
    assert "knowledge" in installed
    assert "demonstration" not in installed

"""Our own lists in the admin show labels instead of codes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.participation.models import Role
from tests.factories import ParticipationFactory, ProjectFactory
from tests.operations.test_staff import staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _staff(client: Client) -> None:
    client.force_login(staff_member(is_superuser=True))


def test_lists_show_the_labels_of_stages_and_roles(client: Client) -> None:
    made = ProjectFactory(stage="in_use")
    ParticipationFactory(project=made, stage="")
    for name in ("projects_project", "participation_participation"):
        page = client.get(reverse(f"wagtailsnippets_{name}:list")).text
        listed = page.partition('<table class="listing')[2].partition("</table>")[0]
        assert listed
        assert "in_use" not in listed
    with translation.override("sv"):
        assert str(Role.ADOPTER.label) in listed


def test_the_work_page_shows_its_labels_above_its_lists(client: Client) -> None:
    page = client.get(reverse("work")).text
    for name in ("work-queue", "work-state"):
        assert f'w-flex-col"><label for="{name}">' in page


def test_an_empty_list_of_messages_says_so_in_one_language_only(client: Client) -> None:
    page = client.get(reverse("wagtailsnippets_contact_contactmessage:list")).text
    with translation.override("sv"):
        assert translation.gettext("No messages here.") in page
    assert "There are no" not in page

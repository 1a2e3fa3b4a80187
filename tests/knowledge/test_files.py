"""Uploaded files are downloads for the audience that the editor chose, and have no other address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, CollectionViewRestriction

from core.audience import EDITORS as ROLE_OF_EDITORS
from core.audience import MEMBERS, PUBLIC, STAFF
from knowledge.models import File
from knowledge.seeding import EDITORS
from subjects.models import Visibility
from subjects.services import set_visibility
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor(client: Client) -> Any:
    member = MemberFactory()
    member.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(member)
    return member


READERS = {
    Visibility.PUBLIC: {PUBLIC},
    Visibility.MEMBERS: {MEMBERS},
    Visibility.ORGANISATION: {ROLE_OF_EDITORS, STAFF},
}
"""Each choice of an editor, and the tokens of those who may read the file."""


def uploaded(readers: Visibility | None = Visibility.PUBLIC, name: str = "avtal.pdf") -> File:
    made = File.objects.create(title="Avtal", file=ContentFile(b"%PDF-1.7 ...", name))
    if readers:
        set_visibility(instance=made, visibility=readers, is_out=True)
    return made


def ask(client: Client, address: str) -> Any:
    """Return the response, read to its end. `taken` has the bytes."""
    response = client.get(address)
    if response.streaming:
        response.taken = response.getvalue()
    return response


def test_a_file_is_a_download_and_is_never_shown_inside_the_site(client: Client) -> None:
    response = ask(client, uploaded(name="<script>.html").url)
    assert response.taken == b"%PDF-1.7 ..."
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-cache"


def test_a_restricted_file_is_never_cached(client: Client) -> None:
    found = uploaded(Visibility.MEMBERS)
    assert ask(client, found.url).status_code == 404
    client.force_login(MemberFactory())
    response = ask(client, found.url)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_the_address_does_not_contain_the_file_name(client: Client) -> None:
    found = uploaded(Visibility.ORGANISATION, "uppsagning-av-avtal.pdf")
    assert "uppsagning" not in found.url
    assert b"uppsagning" not in ask(client, found.url).content


def test_a_file_without_a_chosen_audience_is_refused_to_everyone(client: Client) -> None:
    found = uploaded(None)
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    assert ask(client, found.url).status_code == 404


def test_a_file_whose_audience_was_narrowed_is_refused_with_the_next_request(client: Client) -> None:
    found = uploaded()
    assert ask(client, found.url).status_code == 200
    set_visibility(instance=found, visibility=Visibility.MEMBERS)
    assert ask(client, found.url).status_code == 404


def test_a_private_collection_closes_its_files_whatever_their_audience(client: Client) -> None:
    found = uploaded()
    found.collection = Collection.get_first_root_node().add_child(name="Stängd")
    found.save()
    assert ask(client, found.url).status_code == 200
    CollectionViewRestriction.objects.create(collection=found.collection, restriction_type="login")
    assert ask(client, found.url).status_code == 404


def upload(client: Client, **fields: str) -> Any:
    data = {"title": "Mall", "file": SimpleUploadedFile("mall.docx", b"PK"), **fields}
    return client.post(reverse("wagtaildocs:add"), data)


@pytest.mark.parametrize("readers", READERS)
def test_an_editor_chooses_who_may_read_a_file(client: Client, editor: Any, readers: Visibility) -> None:
    assert upload(client, readers=readers).status_code == 302
    found = File.objects.get()
    assert (found.audience, found.visibility) == (READERS[readers], readers)


def test_no_audience_is_chosen_by_default(client: Client, editor: Any) -> None:
    page = client.get(reverse("wagtaildocs:add")).content.decode()
    assert 'value="public"' in page
    assert "checked" not in page.partition('value="public"')[2][:200]
    upload(client)
    assert not File.objects.exists(), "without an answer there is no file"


def test_files_uploaded_together_are_closed_until_an_audience_is_chosen(client: Client, editor: Any) -> None:
    data = {"files[]": SimpleUploadedFile("mall.docx", b"PK"), "title": "Mall"}
    response = client.post(reverse("wagtaildocs:add_multiple"), data)
    assert response.json()["success"]
    assert not File.objects.exists()


def test_an_editor_narrows_the_audience_of_a_file(client: Client, editor: Any) -> None:
    found = uploaded()
    address = reverse("wagtaildocs:edit", args=[found.pk])
    assert 'value="public"' in client.get(address).content.decode()
    client.post(address, {"title": found.title, "readers": "members"})
    found.refresh_from_db()
    assert PUBLIC not in found.audience


def test_pictures_are_served_as_renditions_and_not_as_originals(client: Client) -> None:
    image = get_image_model().objects.create(title="Torget", file=get_test_image_file())
    shown = ask(client, image.get_rendition("width-800").url)
    assert shown.status_code == 200
    assert shown["Content-Type"].startswith("image/")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "public" in shown["Cache-Control"]
    assert ask(client, image.file.url).status_code == 404


@pytest.mark.parametrize("size", ["max-165x165", "max-800x600", "fill-600x338", "original"])
def test_renditions_used_only_in_the_admin_are_for_editors(client: Client, editor: Any, size: str) -> None:
    image = get_image_model().objects.create(title="Torget", file=get_test_image_file())
    address = image.get_rendition(size).url
    shown = ask(client, address)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "private, no-store"
    client.logout()
    assert ask(client, address).status_code == 404
    client.force_login(MemberFactory())
    assert ask(client, address).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/{file}",
        "/media/images/../{file}",
        "/media/images/%2e%2e/{file}",
        "/media/images//{file}",
        "/media/images/{file}",
        "/documents/{pk}/avtal.pdf",
    ],
)
def test_a_file_has_no_other_address(client: Client, path: str) -> None:
    found = uploaded()
    assert (Path(found.file.path)).read_bytes()
    assert ask(client, path.format(file=found.file.name, pk=found.pk)).status_code == 404

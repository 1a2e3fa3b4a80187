"""Uploads of pictures: which files are accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings
from wagtail.images import get_image_model

from knowledge.pictures import sizes_on_pages
from knowledge.seeding import EDITORS
from tests.factories import MemberFactory
from tests.support.database import ROOT

pytestmark = pytest.mark.django_db

SCRIPT = b"*/=1;alert(document.domain);"
PAGE = b"<html><script>alert(1)</script></html>"


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 1).save(written, kind, **options)
    return written.getvalue()


def animation() -> bytes:
    frames = [Image.new("P", (40, 30), colour) for colour in (1, 2, 3)]
    written = BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], comment=b"Torget; a market")
    return written.getvalue()


def gif_and_script() -> bytes:
    """Return a GIF whose width begins a comment that the script after the picture ends."""
    gif = bytearray(picture("GIF", mode="P"))
    gif[6:8] = b"/*"
    return bytes(gif) + SCRIPT


GOOD: dict[str, Callable[[], bytes]] = {
    "torget.png": lambda: picture("PNG"),
    "torget.jpg": lambda: picture("JPEG"),
    "torget.webp": lambda: picture("WEBP"),
    "torget.gif": animation,
}
BAD: dict[str, Callable[[], bytes]] = {
    "script.gif": gif_and_script,
    "appended.gif": lambda: animation() + SCRIPT,
    "page.gif": lambda: animation()[:-1] + PAGE + b";",
    "page.png": lambda: picture("PNG") + PAGE,
    "page.jpg": lambda: picture("JPEG", comment=PAGE),
    "broken.png": lambda: picture("PNG", (400, 300))[:-40],
    "broken.jpg": lambda: picture("JPEG", (400, 300))[:-40],
    "bomb.png": lambda: picture("PNG", (30_000, 30_000), "1"),
    "large.png": lambda: picture("PNG", (8_000, 8_000), "1"),
    "text.png": lambda: b"Not a picture at all.",
}
"""Created on demand: the largest takes 900 MB of memory."""


@pytest.fixture
def editor(client: Client, settings: Settings, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    member = MemberFactory()
    member.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(member)
    return client


def upload(editor: Client, name: str, data: bytes) -> Any:
    fields = {"title": "Torget", "file": SimpleUploadedFile(name, data), "collection": 1}
    return editor.post(reverse("wagtailimages:add"), fields)


@pytest.mark.parametrize("name", GOOD)
def test_a_complete_picture_is_accepted(editor: Client, name: str) -> None:
    assert upload(editor, name, GOOD[name]()).status_code == 302
    assert get_image_model().objects.get().get_rendition("width-500").width == 40


@pytest.mark.parametrize("name", BAD)
def test_a_broken_picture_or_another_kind_of_file_is_refused_in_a_sentence(editor: Client, name: str) -> None:
    answer = upload(editor, name, BAD[name]())
    assert answer.status_code == 200
    assert len(answer.context["form"].errors["file"]) == 1
    assert not get_image_model().objects.exists()


def test_the_same_holds_for_several_uploads_at_once(editor: Client) -> None:
    for name in ("script.gif", "broken.png"):
        fields = {"title": "Torget", "files[]": SimpleUploadedFile(name, BAD[name]()), "collection": 1}
        answer = editor.post(reverse("wagtailimages:add_multiple"), fields)
        assert answer.json()["success"] is False
    assert not get_image_model().objects.exists()


def test_the_proxy_serves_only_the_renditions_that_pages_show() -> None:
    rules = (ROOT / "site" / "docker" / "proxy" / "site.conf").read_text(encoding="utf-8")
    named = re.search(r"location ~ .\^/media/images/\S*?\(([\w|-]+)\)", rules)
    assert named
    assert set(named[1].split("|")) == sizes_on_pages()

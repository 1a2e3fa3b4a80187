"""One object of every kind for a row of the table of audiences, and how each surface shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.discussions.models import Post, Thread
from community.discussions.services import post_message, thread_of
from community.organisations.models import Organisation
from community.projects.forms import PROJECT_VISIBILITIES
from community.projects.models import Project
from community.projects.services import change_visibility
from core.audience import EDITORS, STAFF, room_token
from knowledge.models import File, KnowledgePage
from tests.factories import GuideFactory, OrganisationFactory, ProjectFactory
from tests.permissions.table import NO, OWN, YES, Row
from tests.permissions.world import World
from tests.support.subjects import show_to, show_to_and_announce

WORDS = {
    "public": "masar",
    "members": "tarnor",
    "organisation": "ejdrar",
    "draft": "skrakar",
    "taken down": "alfaglar",
    "editors": "sothons",
    "room": "hagrar",
    "nobody": "svanar",
}
"""A different word for each audience, by which its things are recognised on any surface."""


@dataclass(frozen=True)
class Things:
    """The things for one audience: a colleague's project with a post, a file, a guide, an organisation."""

    word: str
    project: Project
    thread: Thread
    post: Post
    file: File
    guide: KnowledgePage
    other: Organisation


def things_for(world: World, audience: str) -> Things:
    word = WORDS[audience]
    project = ProjectFactory(
        organisation=world.organisation,
        author=world.colleague,
        title=f"Räkna {word}",
        publish=audience != "draft",
    )
    post = post_message(thread=thread_of(project), actor=world.colleague, text=f"Vi såg {word}")
    if audience == "taken down":
        project.unpublish()
    elif audience in PROJECT_VISIBILITIES:
        change_visibility(actor=world.colleague, project=project, to=audience)
    elif audience in SPECIAL:
        show_to_and_announce(project, SPECIAL[audience])
    project.refresh_from_db()
    tokens = project.audience
    thread = thread_of(project)
    guide = GuideFactory(title=f"Guide om {word}")
    show_to(guide.work, tokens)
    return Things(
        word=word,
        project=project,
        thread=thread,
        post=post,
        file=show_to(File.objects.create(title=word, file=ContentFile(word.encode(), "fil.txt")), tokens),
        guide=guide,
        other=OrganisationFactory(name=f"Föreningen {word}", audience=tokens, claimed_at=timezone.now()),
    )


SPECIAL = {
    "editors": frozenset({EDITORS, STAFF}),
    "room": frozenset({room_token(3)}),
    "nobody": frozenset(),
}


class Reader:
    """A person at a browser. Each page is requested once and cached."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self._read: dict[str, str] = {}

    def read(self, address: str, headers: dict[str, str] | None = None, **query: Any) -> str:
        """Return the page, or an empty string if it does not exist: a refused page looks like a missing one."""
        key = repr((address, headers, query))
        if key not in self._read:
            response = self.browser.get(address, query, headers=headers)
            assert response.status_code in (200, 404), (address, response.status_code)
            self._read[key] = response.content.decode() if response.status_code == 200 else ""
        return self._read[key]


def shows(reader: Reader, things: Things, address: str, **query: Any) -> bool:
    return things.word in reader.read(address, **query)


def leads_to(
    reader: Reader, things: Things, address: str, headers: dict[str, str] | None = None, **query: str
) -> bool:
    """Return whether the answer links to the project. The query itself is on the page in any case."""
    return f'href="{things.project.get_absolute_url()}"' in reader.read(address, headers, **query)


def on_pages(reader: Reader, things: Things) -> dict[str, bool]:
    return {
        "its page": shows(reader, things, things.project.get_absolute_url(), fresh=1),
        "the list": shows(reader, things, reverse("projects:list"), fresh=1),
        "the conversation's page": shows(reader, things, things.thread.get_absolute_url(), fresh=1),
        "the organisation's page": shows(reader, things, things.other.get_absolute_url(), fresh=1),
        "the list of organisations": shows(reader, things, reverse("organisations:list"), fresh=1),
    }


def in_fragments(reader: Reader, things: Things) -> dict[str, bool]:
    changes = reverse("discussions:changes", args=[things.thread.pk])
    return {
        "names": shows(reader, things, reverse("organisations:names"), organisation=things.word),
        "changes": shows(reader, things, changes, after=0),
    }


def in_the_api(reader: Reader, things: Things) -> dict[str, bool]:
    about = {"subject_kind": "project", "subject_id": things.project.pk}
    found = json.loads(reader.read(reverse("api:threads"), **about))["items"]
    return {
        "a project": shows(reader, things, reverse("api:project", args=[things.project.pk])),
        "projects": shows(reader, things, reverse("api:projects")),
        "a conversation": bool(found),
        "its posts": shows(reader, things, reverse("api:posts", args=[things.thread.pk])),
        "a work": shows(reader, things, reverse("api:work", args=[things.guide.work_id])),
        "works": shows(reader, things, reverse("api:works")),
        "an organisation": shows(reader, things, reverse("api:organisation", args=[things.other.slug])),
        "organisations": shows(reader, things, reverse("api:organisations"), kind="civil_society"),
    }


def in_search(reader: Reader, things: Things) -> dict[str, bool]:
    """Search for the project in every way: with words, without words, as a fragment, as suggestion and as similar
    title."""
    address, alone = reverse("search:search"), {"HX-Request": "true"}
    return {
        "results": leads_to(reader, things, address, q=things.word),
        "everything": leads_to(reader, things, address, kind="project", sort="newest"),
        "the results alone": leads_to(reader, things, address, alone, q=things.word),
        "suggestions": leads_to(reader, things, reverse("search:suggest"), q=things.word[:3]),
        "titles alike": leads_to(reader, things, reverse("search:alike"), title=things.word),
    }


def as_a_file(reader: Reader, things: Things) -> dict[str, bool]:
    response = reader.browser.get(things.file.url)
    return {"the file": response.status_code == 200 and response.getvalue() == things.word.encode()}


def in_the_feed(reader: Reader, things: Things) -> dict[str, bool]:
    return {"the feed": shows(reader, things, reverse("feed"))}


SURFACES: dict[str, Callable[[Reader, Things], dict[str, bool]]] = {
    "page": on_pages,
    "fragment": in_fragments,
    "api": in_the_api,
    "search": in_search,
    "file": as_a_file,
    "feed": in_the_feed,
}
NOT_LIVE = ("draft", "taken down")


def is_met(surface: str, row: Row, who: str) -> bool:
    """Return what the table says: whether this person sees things of this audience on this surface."""
    assert row.cells[who] in (YES, NO), OWN
    if surface == "feed":
        return row.name == "public"
    if surface == "search" and row.name in NOT_LIVE:
        return False
    return row.cells[who] == YES

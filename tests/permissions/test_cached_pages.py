"""No cached page is stale after a verb of the table: a visitor gets from the cache what an uncached page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from community.discussions.models import Thread
from community.organisations.models import Organisation
from community.projects.models import Project
from knowledge.models import HomePage, KnowledgePage, SectionPage
from tests.config.test_page_cache_freshness import UNCACHED, nothing_else_cached, read, said
from tests.permissions.actions import ACTIONS, Of
from tests.permissions.table import NO, PERSONS, YES, verbs
from tests.permissions.world import World
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

TABLE = verbs()
NEWEST = 3


@pytest.fixture(autouse=True)
def _uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def addresses(world: World) -> dict[str, str]:
    """Return the pages on which a visitor could see the object of a verb: the newest of each kind, and their
    lists."""
    subjects = [
        world.organisation,
        *Organisation.objects.order_by("-pk")[:NEWEST],
        *Project.objects.order_by("-pk")[:NEWEST],
        *KnowledgePage.objects.order_by("-pk")[:NEWEST],
        *Thread.objects.order_by("-pk")[: 2 * NEWEST],
        *HomePage.objects.all(),
        *SectionPage.objects.filter(locale__language_code="sv"),
    ]
    found = {each.get_absolute_url() if hasattr(each, "get_absolute_url") else each.url for each in subjects}
    lists = {reverse(name) for name in ("projects:list", "organisations:list", "search:search")}
    return {address: address for address in sorted({*found, *lists} - {"", None})}


def one_who_may(verb: str) -> str:
    return next(who for who in PERSONS if TABLE[verb].cells[who] != NO)


@pytest.mark.parametrize("verb", TABLE)
def test_no_cached_page_is_stale_after(
    verb: str,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    action, who = ACTIONS[verb], one_who_may(verb)
    with django_capture_on_commit_callbacks(execute=True):
        world = World()
        owner = world.colleague if TABLE[verb].cells[who] == YES else world.people[who]
        (ask, *_others) = action.prepare(world, owner) if action.of is Of.SOMEBODY else action.prepare(world)
    run_due_tasks()
    read(client, addresses(world))
    before = action.trace and action.trace()
    with django_capture_on_commit_callbacks(execute=True):
        browser = world.browser(who)
        browser.get(ask.url) if ask.data is None else browser.post(ask.url, ask.data)
    assert action.trace is None or action.trace() != before, "it was not done"
    where = addresses(world)
    kept = read(client, where)
    of_old = {name: where[name] for name, answer in kept.items() if not answer.templates}
    with nothing_else_cached(monkeypatch):
        fresh = read(client, of_old, **UNCACHED)
    assert said({name: kept[name] for name in of_old}) == said(fresh)

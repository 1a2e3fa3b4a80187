"""Both feeds contain what RFC 4287 requires, work in a feed reader, and support conditional requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import parse_http_date

from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.notifications.models import Inbox
from community.projects.models import Project
from knowledge.models import KnowledgePage
from tests.factories import ArticleFactory, GuideFactory, MembershipFactory, ProjectFactory
from tests.support.notices import run_notices

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = (
    "generator",
    "icon",
    "logo",
    "rights",
    "subtitle",
    "published",
    "summary",
    "content",
    "source",
)
ODD = "Läck\x0b <b>sökning</b> & \ufffemätning"


class Feed:
    """The address of a feed, and `grow`, which adds an entry."""

    def __init__(self, address: str, grow: Callable[[str], Any]) -> None:
        self.address, self.grow = address, grow

    def read(self) -> Element:
        response = Client().get(self.address)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(response.content)


def public_feed() -> Feed:
    def grow(title: str) -> None:
        page = ArticleFactory()
        KnowledgePage.objects.filter(pk=page.pk).update(title=title, summary=f"{title}: summary")

    return Feed(reverse("feed"), grow)


def private_feed() -> Feed:
    project = ProjectFactory()
    Project.objects.filter(pk=project.pk).update(title=ODD)
    member: Member = project.author
    Inbox.objects.update_or_create(pk=member.pk, defaults={"feed_token": uuid4()})

    def grow(title: str) -> None:
        colleague = MembershipFactory(organisation=project.organisation).member
        post_message(thread=thread_of(project), actor=colleague, text=title)
        run_notices()

    token = Inbox.objects.get(pk=member.pk).feed_token
    return Feed(reverse("notifications:feed", args=[token]), grow)


@pytest.fixture(params=[public_feed, private_feed])
def feed(request: pytest.FixtureRequest) -> Feed:
    return request.param()


@pytest.fixture
def filled(feed: Feed) -> Feed:
    feed.grow("Börja här")
    feed.grow(ODD)
    return feed


def texts(element: Element, name: str) -> list[str]:
    return [child.text or "" for child in element.findall(ATOM + name)]


def is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme and (parts.netloc or parts.path))


def dates(element: Element) -> list[datetime]:
    found = [text for name in ("updated", "published") for text in texts(element, name)]
    assert all("T" in text and (text.endswith("Z") or text[-6] in "+-") for text in found), found
    return [datetime.fromisoformat(text) for text in found]


def has_each_required_element_once(feed: Element, entries: list[Element]) -> bool:
    return all(len(texts(part, name)) == 1 for part in (feed, *entries) for name in ONCE)


def has_no_other_element_twice(feed: Element, entries: list[Element]) -> bool:
    return all(len(part.findall(ATOM + name)) <= 1 for part in (feed, *entries) for name in AT_MOST_ONCE)


def has_an_author_with_one_name(feed: Element, entries: list[Element]) -> bool:
    authors = feed.findall(f"{ATOM}author")
    return bool(authors) and all(
        [bool(name) for name in texts(author, "name")] == [True] for author in authors
    )


def has_absolute_ids_that_differ(feed: Element, entries: list[Element]) -> bool:
    ids = [text for part in (feed, *entries) for text in texts(part, "id")]
    return all(map(is_absolute, ids)) and len({*ids}) == len(ids)


def has_one_alternate_link_each(feed: Element, entries: list[Element]) -> bool:
    for part in (feed, *entries):
        links = [link for link in part.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        of_a_kind = Counter((link.get("type"), link.get("hreflang")) for link in links)
        if [*of_a_kind.values()] != [1] or not all(is_absolute(link.get("href", "")) for link in links):
            return False
    return True


def leads_to_itself(feed: Element, entries: list[Element]) -> bool:
    return [is_absolute(link.get("href", "")) for link in feed.findall(f"{ATOM}link[@rel='self']")] == [True]


def has_dates_with_their_zone(feed: Element, entries: list[Element]) -> bool:
    return all(moment.tzinfo for part in (feed, *entries) for moment in dates(part))


def has_titles_of_plain_text(feed: Element, entries: list[Element]) -> bool:
    titles = [part.find(f"{ATOM}title") for part in (feed, *entries)]
    return all(
        title is not None and title.text and title.get("type", "text") == "text" and not len(title)
        for title in titles
    )


def has_text_of_a_known_type(feed: Element, entries: list[Element]) -> bool:
    names = [ATOM + name for name in ("summary", "subtitle")]
    found = [text for part in (feed, *entries) for name in names for text in part.findall(name)]
    return all(text.get("type", "text") in ("text", "html") and not len(text) for text in found)


REQUIREMENTS: dict[str, Callable[[Element, list[Element]], bool]] = {
    "4.1.1 and 4.1.2: exactly one id, title and updated": has_each_required_element_once,
    "4.1.1 and 4.1.2: at most one of the others": has_no_other_element_twice,
    "4.1.1 and 3.2.1: an author, who has exactly one name": has_an_author_with_one_name,
    "4.2.6: an id is an absolute IRI, and no other entry's": has_absolute_ids_that_differ,
    "4.1.2 and 4.2.7: an alternate link, one of a kind, with its href": has_one_alternate_link_each,
    "4.1.1: a link to the feed itself": leads_to_itself,
    "3.3: dates of RFC 3339, with T and a zone": has_dates_with_their_zone,
    "3.1.1: a text without a type holds no elements": has_titles_of_plain_text,
    "3.1.1: text or html": has_text_of_a_known_type,
}


def test_a_feed_contains_what_rfc_4287_requires(filled: Feed) -> None:
    read = filled.read()
    entries = read.findall(f"{ATOM}entry")
    assert entries
    for requirement, holds in REQUIREMENTS.items():
        assert holds(read, entries), requirement


def test_an_empty_feed_is_valid(feed: Feed) -> None:
    read = feed.read()
    for name, holds in REQUIREMENTS.items():
        assert holds(read, []), name


def test_a_feed_reader_reads_it_without_errors(filled: Feed) -> None:
    response = Client().get(filled.address)
    parsed = feedparser.parse(response.content, response_headers={"content-type": response["Content-Type"]})
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    assert parsed.feed.author == "Samverka"
    assert "<b>sökning</b> & mätning" in " ".join(parsed.entries[0].title.split())
    assert "<b>" not in parsed.entries[0].summary, "a summary is plain text"


def test_the_newest_entry_comes_first_and_sets_the_date_of_the_feed(filled: Feed) -> None:
    read = filled.read()
    changed = [datetime.fromisoformat(texts(entry, "updated")[0]) for entry in read.findall(f"{ATOM}entry")]
    assert all(later >= earlier for later, earlier in pairwise(changed))
    assert datetime.fromisoformat(texts(read, "updated")[0]) == max(changed)
    stamp = parse_http_date(Client().get(filled.address)["Last-Modified"])
    assert abs(max(changed) - datetime.fromtimestamp(stamp, tz=max(changed).tzinfo)) < timedelta(seconds=1)


@pytest.mark.parametrize("header", [("Last-Modified", "If-Modified-Since"), ("ETag", "If-None-Match")])
@pytest.mark.parametrize("count", [0, 1])
def test_an_unchanged_feed_answers_304(feed: Feed, header: tuple[str, str], count: int) -> None:
    for _ in range(count):
        feed.grow("Börja här")
    answered, asked = header
    first = Client().get(feed.address)
    again = Client().get(feed.address, headers={asked: first[answered]})
    assert (again.status_code, again.content) == (304, b"")
    feed.grow("Börja nu")
    changed = Client().get(feed.address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_an_unpublished_guide_changes_the_feed(client: Client) -> None:
    GuideFactory()
    page = GuideFactory()
    first = client.get(reverse("feed"))
    page.unpublish()
    asked = {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]}
    assert client.get(reverse("feed"), headers=asked).status_code == 200

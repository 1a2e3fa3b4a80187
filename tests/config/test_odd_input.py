"""No input makes a view fail: the answer is a page, a refusal, 404 or 422.

Routes come from the resolver and parameters of the API from its schema. The names that other views read from a query
or a form are recorded while they read them. So a new route is covered without a line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from urllib.parse import quote, unquote

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse

from community.contact.models import ContactMessage, ContactMessageKind
from community.discussions.services import post_message, thread_of
from community.organisations.models import MergeCandidate
from tests.config.routes import Route, all_routes, follow_links, names_read
from tests.factories import (
    GuideFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    StatementFactory,
    UseCaseFactory,
)
from tests.permissions.world import World, undone

pytestmark = pytest.mark.django_db

VALUES = {
    "NUL": "ab%00cd",
    "20 digits": "9" * 20,
    "control characters": "a%01%08%0B%1F%7F%C2%85%E2%80%A8b",
    "no UTF-8, half a pair": "%FF%FE%80%ED%A0%80",
    "200 digits": "9" * 200,
    "below zero": "-" + "9" * 19,
    "5,000 digits": "9" * 5000,
    "an exponent": "1e999999999",
    "digits of other scripts": "%D9%A3%C2%B2",
    "nothing": "",
    "very long": "x" * 10_000,
    "a way up": "..%2F..%2F%2Fexample.org%2F%5C",
    "right to left, many marks": "%E2%80%AE%D7%A9%D7%9C" + "e" + "%CC%81" * 300,
    "quotes and wildcards": "%27%22%3B--%25_*%3F%5B%28%5C%3C%7B%7B%7D%25%F0%9F%A4%96",
}
"""Percent-encoded, as in an address."""
TURNS = {"visitor": 7, "administrator": 3, "staff": 2}
"""The number of values for each name. Each value is tried with at least one name."""
IN_ADMIN = ("NUL", "20 digits")
WHO = (
    pytest.param("visitor", marks=pytest.mark.embedded),
    "administrator",
    pytest.param("staff", marks=pytest.mark.embedded),
)
"""On SQLite without the superuser: staff have the same access, and a value reaches the same columns."""
ON_PURPOSE = ("admin/failwhale/",)
"""Wagtail's page that shows an example of an error."""
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=here"
PART = '--here\r\nContent-Disposition: form-data; name="text"; filename="%s"\r\n\r\n%s'
BODIES = [
    (MULTIPART, PART % ("a.txt", "cut off in the mid")),
    (MULTIPART, PART % ("..%00\x00/" + "x" * 2000, "a\x00b") + "\r\n--here--\r\n"),
    ("multipart/form-data", "no boundary"),
    ("application/json", '{"text": ["'),
    ("application/json", "[" * 100_000),
    ("text/plain; charset=klingon", "text=1"),
    (f"{FORM}; charset=utf-16", "text=1"),
    (FORM, "&".join(f"n{number}=1" for number in range(2000))),
]
HEADERS = {
    "Accept": "*/*;q=x,;;;text/html;q=9999",
    "Accept-Language": "x" * 600 + ",sv;q=nan,-;q=1",
    "If-Modified-Since": "Thu, 99 Nov 99999 25:61:61 GMT",
    "If-None-Match": '"\\x00',
    "Range": "bytes=9999999999999999999-5,-0",
    "Referer": "http://[::1/%00",
    "X-Forwarded-For": "not an address, \x00",
    "HX-Request": "true",
    "HX-Current-URL": "//[",
    "HX-Target": "\x01",
}
COOKIES = {"Cookie": 'sessionid=%00; messages=x; csrftoken="; django_language=../sv; =;;;'}
METHODS = ("HEAD", "OPTIONS", "DELETE", "PURGE")
BESIDE_THE_RESOLVER = ("/static/%s", "/static/css/%s", "/media/%s", "/%s", "/%s/", "/en/%s/", "/api/%s")


class Place(World):
    """One object of each kind that an address can name."""

    def __init__(self) -> None:
        super().__init__()
        member = self.people["administrator"]
        project = ProjectFactory(organisation=self.organisation, author=member)
        use_case, guide = UseCaseFactory(), GuideFactory()
        MembershipFactory(organisation=self.organisation, waiting=True)
        StatementFactory(organisation=self.organisation)
        ParticipationFactory(project=project, organisation=self.organisation)
        MergeCandidate.objects.create(
            organisation=self.organisation, other=OrganisationFactory(), likeness=0.9
        )
        ContactMessage.objects.create(kind=ContactMessageKind.CONTACT, text="Hello")
        draft = UseCaseFactory(live=False, owner=member)
        draft.get_workflow().start(draft, member)
        thread = thread_of(project)
        post_message(thread=thread, actor=member, text="A post")
        self.numbers = {"page_id": guide.pk, "parent_page_id": guide.get_parent().pk}
        addresses = [
            *("/", use_case.url, project.get_absolute_url(), thread.get_absolute_url()),
            reverse("projects:history", args=[project.pk]),
        ]
        found = follow_links(self.browser("administrator"), addresses)
        self.examples = {route: route.example(found, self.numbers) for route in all_routes()}


class Person:
    """Sends requests and records those that make the site fail. Each request is rolled back."""

    def __init__(self, place: Place, who: str) -> None:
        self.who, self.examples, self.turns = who, place.examples, TURNS[who]
        self.client = place.browser(who)
        self.client.raise_request_exception = False
        self.faults: list[str] = []

    def send(
        self,
        method: str,
        address: str,
        body: str = "",
        kind: str = FORM,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        cookies = self.client.cookies.copy()
        path, _mark, query = address.partition("?")

        def answer() -> HttpResponse:
            return self.client.generic(
                method, path, body, content_type=kind, headers=headers, QUERY_STRING=query
            )

        with undone():
            response = answer()
            if response.status_code == 429:
                cache.clear()
                response = answer()
        self.client.cookies = cookies
        if response.status_code >= 500:
            fault = getattr(response, "exc_info", None)
            self.faults.append(f"{method} {address[:150]} {body[:150]} {fault and fault[1]!r:.200}")
        return response

    def routes(self) -> Iterator[tuple[Route, Mapping[str, str]]]:
        """Yield all routes; routes of the admin only for staff."""
        for route, example in self.examples.items():
            if self.who == "staff" or not route.is_of_admin:
                yield route, example

    def try_paths(self) -> None:
        for route, example in self.routes():
            for name, value in product(route.parameters, IN_ADMIN if route.is_of_admin else VALUES):
                path = route.path({**example, name: VALUES[value]})
                if leads_to(path) == route.name:
                    self.send("GET", path)
        for path, value in product(BESIDE_THE_RESOLVER, VALUES.values()):
            self.send("GET", path % value)

    def try_names(self, method: str) -> None:
        """Send each value for each name that the view reads, with other values for its other names.

        In the admin only queries are sent, once: its forms are Wagtail's own.
        """
        values = list(VALUES.values())
        for route, example in self.routes():
            if route.is_of_admin and (method != "GET" or route.name in ON_PURPOSE):
                continue
            path = route.path(example)
            with names_read() as read:
                response = self.send(method, path)
            is_stopped = response.status_code in (302, 403, 404, 405)
            turns = 1 if route.is_of_admin or is_stopped else self.turns
            for turn in range(turns if read else 0):
                pairs = "&".join(
                    f"{quote(name)}={values[(turn + place + 1) % len(values)]}&{quote(name)}[]=1"
                    f"&{quote(name)}={values[(turn + place) % len(values)]}"
                    for place, name in enumerate(sorted(read))
                )
                if method == "GET":
                    self.send("GET", f"{path}?{pairs}")
                else:
                    self.send("POST", path, pairs)

    def try_requests(self) -> None:
        """Send each method, body and header of a broken or malicious client. A visitor sends them only to the pages
        from which a member is led away."""
        for route, example in self.routes():
            if self.who == "visitor" and not route.template.startswith("accounts/"):
                continue
            path = route.path(example)
            for method in METHODS:
                self.send(method, path)
            for kind, body in BODIES:
                self.send("POST", path, body, kind)
            for method, headers in product(("GET", "POST"), (HEADERS, COOKIES)):
                self.send(method, path, headers=headers)


def leads_to(path: str) -> str:
    """Return the name of the route, or an empty string if there is none."""
    try:
        return resolve(unquote(path)).route
    except Resolver404:
        return ""


@pytest.fixture(scope="module")
def built(module_db: None) -> Place:
    return Place()


@pytest.fixture
def place(built: Place, caplog: pytest.LogCaptureFixture) -> Place:
    caplog.set_level("CRITICAL")
    return built


@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
@pytest.mark.parametrize("who", WHO)
def test_no_value_in_an_address_query_or_form_makes_the_site_fail(place: Place, who: str) -> None:
    person = Person(place, who)
    person.try_paths()
    person.try_names("GET")
    person.try_names("POST")
    assert person.faults == []


@pytest.mark.parametrize("who", ["visitor", "administrator"])
def test_no_malformed_request_makes_the_site_fail(place: Place, who: str) -> None:
    person = Person(place, who)
    person.try_requests()
    assert person.faults == []

"""Every page answers in both languages, to visitors and members, with a constant number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.notifications.models import Inbox
from community.organisations.models import Organisation
from community.participation.models import Role
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from knowledge.models import (
    Area,
    HomePage,
    KnowledgePage,
    PlainCode,
    PlainPage,
    SectionPage,
    Technology,
    Work,
)
from tests.factories import (
    ArticleFactory,
    GuideFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
    UseCaseFactory,
    translated,
)
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

BUDGET = 15
"""Queries of an uncached content page or list, besides those of the search backend in use and the one for the labels
of its results."""
HEADING = re.compile(r"<h([1-6])\b[^>]*>\s*([^<]*)")
OF_SEARCH = re.compile(r'FROM "?search_|AS "parent__code"')
WHO = 4
"""Session, member, and the tokens from memberships and roles."""


class World:
    """One object of each kind, and a member of their organisation. `grow` adds more of everything that pages list."""

    def __init__(self) -> None:
        self.area, self.technology = Area.objects.get(code="05"), Technology.objects.get(code="ai")
        self.membership = MembershipFactory(
            role="admin", organisation=OrganisationFactory(claimed_at=timezone.now())
        )
        self.member, self.organisation = self.membership.member, self.membership.organisation
        self.pages: dict[str, KnowledgePage] = {}
        for kind, factory in (
            ("use_case", UseCaseFactory),
            ("guide", GuideFactory),
            ("article", ArticleFactory),
        ):
            page = factory(areas=[self.area], technologies=[self.technology], tags=["avfall"])
            self.pages[kind] = page
            translated(page, title=f"English {kind}")
        self.project = self.posted()
        self.grow(1)

    def posted(self, **card: Any) -> Project:
        return ProjectFactory(
            organisation=self.organisation,
            author=self.member,
            areas=[self.area],
            technologies=[self.technology],
            tags=["avfall"],
            seeks="A partner",
            derived_from=self.work("guide"),
            **card,
        )

    def work(self, kind: str) -> Work:
        return Work.objects.get(pk=self.pages[kind].work_id)

    def others_project(self) -> Project:
        """Return a project in which not all organisations of the member take part."""
        return Project.objects.own().exclude(organisation=self.organisation).first()

    def grow(self, count: int) -> None:
        for _ in range(count):
            other = MembershipFactory(
                member=self.member, organisation=OrganisationFactory(claimed_at=timezone.now())
            )
            colleague = MembershipFactory(organisation=self.organisation)
            MembershipFactory(organisation=self.organisation, waiting=True)
            StatementFactory(organisation=self.organisation)
            self.posted()
            self.posted(publish=False)
            ReferenceFactory(organisation=self.organisation)
            ParticipationFactory(project=self.project, organisation=other.organisation)
            ParticipationFactory(project=self.project, organisation=OrganisationFactory(), role=Role.PARTNER)
            ParticipationFactory(work=self.work("use_case"), organisation=other.organisation)
            ParticipationFactory(work=self.work("use_case"), organisation=other.organisation, role=Role.OWNER)
            page = UseCaseFactory(areas=[self.area], technologies=[self.technology], tags=["avfall"])
            translated(page, title="Another")
            for subject in ({"work": Work.objects.get(pk=page.work_id)}, {"project": ProjectFactory()}):
                ParticipationFactory(organisation=self.organisation, **subject)
            for factory in (GuideFactory, ArticleFactory):
                translated(factory(areas=[self.area], tags=["avfall"]), title="Another")
            translated(UseCaseFactory(owner=self.member), title="My own")
            draft = UseCaseFactory(live=False, owner=self.member)
            draft.get_workflow().start(draft, self.member)
            services.edit_project(
                actor=colleague.member,
                project=self.project,
                card=Card(
                    title=f"{self.project.title} {colleague.pk}",
                    stage="in_use",
                    areas=[self.area],
                    technologies=[self.technology],
                    tags=["avfall", f"tag{colleague.pk}"],
                ),
            )
            self.project.refresh_from_db()


def page_url(page: Any) -> str:
    """Return the address of the page in the active language."""
    code = translation.get_language()
    return page.get_translations(inclusive=True).get(locale__language_code=code).url


PAGES: dict[str, Callable[[World], str]] = {
    "home": lambda world: page_url(HomePage.objects.first()),
    "use cases": lambda world: page_url(SectionPage.objects.filter(lists="use_case").first()),
    "guides": lambda world: page_url(SectionPage.objects.filter(lists="guide").first()),
    "articles": lambda world: page_url(SectionPage.objects.filter(lists="article").first()),
    **{
        code: lambda world, code=code: page_url(PlainPage.objects.with_code(code, "sv"))
        for code in PlainCode.values
    },
    "policy": lambda world: reverse("policy", args=[PlainCode.TERMS, timezone.localdate()]),
    "letter": lambda world: reverse("contact:write"),
    "letter sent": lambda world: reverse("contact:sent"),
    "failing": lambda world: reverse("contact:report"),
    "use case": lambda world: page_url(world.pages["use_case"]),
    "guide": lambda world: page_url(world.pages["guide"]),
    "article": lambda world: page_url(world.pages["article"]),
    "projects": lambda world: reverse("projects:list"),
    "project": lambda world: world.project.get_absolute_url(),
    "organisations": lambda world: reverse("organisations:list"),
    "organisation": lambda world: world.organisation.get_absolute_url(),
    "seeded organisation": lambda world: Organisation.objects.get(name="Växjö kommun").get_absolute_url(),
    "area": lambda world: world.area.get_absolute_url(),
    "technology": lambda world: world.technology.get_absolute_url(),
    "names": lambda world: reverse("organisations:names") + "?organisation=lyktan",
    "sign up": lambda world: reverse("account_signup"),
    "sign in": lambda world: reverse("account_login"),
}
MEMBERS_PAGES: dict[str, Callable[[World], str]] = {
    "mine": lambda world: reverse("projects:mine"),
    "read use case": lambda world: reverse(
        "use_cases:read", args=[world.member.owned_pages.filter(live=False).first().pk]
    ),
    "notices": lambda world: reverse("notifications:notices"),
    "settings of notices": lambda world: reverse("notifications:settings"),
    "history": lambda world: reverse("projects:history", args=[world.project.pk]),
    "member": lambda world: world.member.get_absolute_url(),
    "profile": lambda world: reverse("members:profile"),
    "write": lambda world: reverse("projects:write") + f"?from={world.pages['guide'].work_id}",
    "edit": lambda world: reverse("projects:edit", args=[world.project.pk]),
    "write use case": lambda world: reverse("use_cases:write"),
    "adopt": lambda world: reverse("projects:adopt", args=[world.others_project().pk]),
    "adopt work": lambda world: reverse("projects:adopt_work", args=[world.pages["use_case"].work_id]),
    "my organisations": lambda world: reverse("organisations:mine"),
    "join": lambda world: reverse("organisations:join"),
    "edit organisation": lambda world: reverse("organisations:edit", args=[world.organisation.slug]),
}
FORMS = ("write", "edit", "write use case", "sign up", "adopt", "adopt work")
"""A form also reads its choices: one query for each list of terms."""
OWN_ADDRESS = ("letter", "failing", "settings of notices")
"""The only pages where members see their own address. No page shows another member's address."""


@pytest.fixture(scope="module")
def built(module_db: None) -> World:
    return World()


@pytest.fixture
def world(built: World) -> World:
    return deepcopy(built)


def come_as(who: str, client: Client, world: World) -> list[str]:
    """Sign in if needed. Return the names of the pages that this person can open."""
    if who == "anonymous":
        return [*PAGES]
    client.force_login(world.member)
    return [name for name in {**PAGES, **MEMBERS_PAGES} if not name.startswith("sign")]


def ask(client: Client, world: World, name: str, language: str) -> Any:
    """Return the page, rendered again: a query string bypasses the shared cache."""
    with translation.override(language):
        url = {**PAGES, **MEMBERS_PAGES}[name](world)
    response = client.get(url + ("&" if "?" in url else "?") + "fresh=1")
    assert response.status_code == 200, (name, url)
    return response


def skipped_levels(page: str) -> list[str]:
    """Return headings that skip a level after the previous heading, each with its words."""
    found = [(int(level), words) for level, words in HEADING.findall(page)]
    return [f"h{level} {words}" for (above, _), (level, words) in pairwise(found) if level > above + 1]


def current_links(page: str) -> int:
    """Count the links of the main navigation that are marked as the current page."""
    navigation = page[page.index('id="site-nav"') :].split("</ul>", 1)[0]
    return navigation.split("<ul>", 1)[1].count("aria-current")


def canonical(page: str) -> str:
    return re.search(r'<link rel="canonical" href="([^"]+)"', page)[1]


def queries(client: Client, world: World, name: str) -> list[str]:
    """Return the queries of the page, without the permission query that runs when a search has results."""
    url = ask(client, world, name, "sv").wsgi_request.get_full_path()
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return [
        query["sql"]
        for query in captured
        if query["sql"].startswith(("SELECT ", "(SELECT ", "INSERT", "UPDATE", "DELETE"))
        and 'AS "read_in"' not in query["sql"]
    ]


@pytest.mark.embedded
@pytest.mark.parametrize("who", ["anonymous", "member"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_answers_in_its_language_with_a_title_and_headings(
    client: Client, world: World, language: str, who: str
) -> None:
    skipped = {}
    for name in come_as(who, client, world):
        page = ask(client, world, name, language).content.decode()
        own = who == "member" and name in OWN_ADDRESS
        assert page.count(world.member.email) == own, name
        if name == "names":
            continue
        assert f'<html lang="{language}">' in page, name
        assert page.count("<h1") == 1, name
        skipped[name] = skipped_levels(page)
        assert current_links(page) <= 1, name
        assert page.count('name="twitter:card"') == 1, name
        assert f'property="og:url" content="{canonical(page)}"' in page, name
        assert re.search(r'property="og:title" content="[^"]+"', page), name
    assert {name: found for name, found in skipped.items() if found} == {}


def test_members_pages_redirect_visitors_to_sign_in(client: Client, world: World) -> None:
    for name, url in MEMBERS_PAGES.items():
        response = client.get(url(world))
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name


def test_the_number_of_queries_of_a_page_does_not_grow_with_the_data(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    visitors = {who: Client() for who in ("anonymous", "member")}
    names = {who: come_as(who, client, world) for who, client in visitors.items()}
    counted = []
    for more in (2, 3):
        with django_capture_on_commit_callbacks(execute=True):
            world.grow(more)
        run_due_tasks()  # Index the projects, so that pages show similar ones.
        counted.append(
            {
                (who, name): queries(client, world, name)
                for who, client in visitors.items()
                for name in names[who]
            }
        )
    few, many = counted
    assert {page: asked for page, asked in many.items() if len(asked) > len(few[page])} == {}
    own = {
        (who, name): sum(not OF_SEARCH.search(sql) for sql in asked) - (who == "member") * WHO
        for (who, name), asked in many.items()
        if name not in FORMS
    }
    assert {page: count for page, count in own.items() if count > BUDGET} == {}


def test_the_language_links_lead_to_the_same_page(client: Client, world: World) -> None:
    for name in PAGES:
        if name == "names":
            continue
        for language in ("sv", "en"):
            links = ask(client, world, name, language).context["language_links"]
            for link in links:
                with translation.override(link["code"]):
                    assert link["url"].split("?")[0] == PAGES[name](world).split("?")[0], (name, language)
            assert [link["code"] for link in links if link["active"]] == [language]


@pytest.mark.parametrize("path", ["//evil.example/en/", "/%2fevil.example/x", "///evil.example"])
def test_the_language_links_never_leave_the_site(client: Client, path: str) -> None:
    for link in client.get(path).context["language_links"]:
        assert not link["url"].startswith(("//", "http")), link


def test_a_page_without_a_translation_links_to_itself(client: Client) -> None:
    page = GuideFactory()
    links = client.get(page.url).context["language_links"]
    assert [link["url"] for link in links] == [page.url, page.url]


def test_only_one_navigation_item_is_current(client: Client, world: World) -> None:
    client.force_login(world.member)
    for language in ("sv", "en"):
        with translation.override(language):
            address = reverse("projects:adopt_work", args=[world.pages["use_case"].work_id])
        assert current_links(client.get(address).content.decode()) == 1, language


MACHINES = {
    "feed": lambda world: reverse("feed"),
    "sitemap": lambda world: reverse("sitemap"),
    "sitemap of pages": lambda world: reverse("sitemap_part", args=["pages", 1]),
    "sitemap of projects": lambda world: reverse("sitemap_part", args=["projects", 1]),
    "robots": lambda world: reverse("robots_txt"),
    "security": lambda world: reverse("security_txt"),
    "manifest": lambda world: reverse("manifest"),
    "feed of notices": lambda world: reverse(
        "notifications:feed", args=[Inbox.objects.get(pk=world.member.pk).feed_token]
    ),
}


def test_no_page_contains_the_host_of_the_request(client: Client, world: World) -> None:
    """A host name can have a port, capitals or a trailing dot, but each page has one canonical address."""
    client.force_login(world.member)
    client.post(reverse("notifications:renew_feed"))
    for name, path in {**PAGES, **MEMBERS_PAGES, **MACHINES}.items():
        answer = client.get(path(world), headers={"host": "ASKED.example.:8443"}, follow=False)
        assert answer.status_code in (200, 302), name
        said = answer.content.decode() + answer.headers.get("Location", "")
        assert "asked.example" not in said.lower(), name
        assert "testserver" not in said, name

"""No cached page outlives a commit that changes it: every kind of page, after every kind of change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import Page

from community.contact.services import send_message
from community.discussions import services as discussions
from community.discussions.services import thread_of
from community.inventories.models import ImportRun
from community.members.models import Member
from community.members.services import edit_profile
from community.organisations import services as organisations
from community.organisations.merging import merge_organisations
from community.organisations.models import Membership, Organisation
from community.participation.models import Participation
from community.projects import services as projects
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.templatetags import projects as numbers
from community.statements import services as statements
from community.statements.inputs import StatementInput
from community.statements.models import Statement
from community.use_cases import services as use_cases
from config.pages import context
from core import topics
from core.limits import Limit
from knowledge.models import Area, HomePage, OperatorInfo, PlainPage, SectionPage, Tag, UseCasePage
from knowledge.services import UseCaseText
from search import cached
from subjects.models import Visibility
from tests.config.test_every_page import PAGES, World
from tests.factories import (
    GuideFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    UseCaseFactory,
)
from tests.support.inventories import Inventory, record
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

LIVE = {**PAGES, "thread": lambda world: thread_of(world.project).get_absolute_url()}
BARE = ("names", "sign up", "sign in", "letter", "failing")
"""Pages that are never cached: a form contains a token, and a fragment answers a query."""
THE_FORM_OF_A_POST = re.compile(r'(?<=#post-0">).*?</time>')
"""The template from which scripts render new posts contains the current time."""
IN_ENGLISH = ("home", "guides", "about", "project", "organisation")
SAMPLE = ("home sv", "about sv", "project sv", "guide sv")
LIKE_ANOTHER = ("contact", "accessibility", "privacy", "cookies", "letter sent", "seeded organisation")
UNCACHED = {"authorization": "None"}
"""A request with credentials gets an uncached page."""


def saved(row: Model, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def publish(page: Page, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def tagged(world: World, words: list[str]) -> None:
    page = world.pages["guide"].specific
    page.tags.set(words)
    page.save_revision().publish()


def first_post(world: World) -> Any:
    return thread_of(world.project).posts.order_by("number").first()


def edited(world: World, **card: Any) -> None:
    projects.edit_project(
        actor=world.member,
        project=world.project,
        card=Card(**{"title": "Retitled", "stage": "pilot", "areas": [world.area], **card}),
    )
    world.project.refresh_from_db()


def adopted(world: World) -> Participation:
    return projects.adopt(
        actor=world.member, organisation=world.organisation, subject=world.work("article"), stage="pilot"
    )


def waiting(world: World) -> Membership:
    return Membership.objects.filter(organisation=world.organisation, confirmed_at=None).first()


def drafted(world: World) -> None:
    use_cases.write_use_case(
        actor=world.member,
        organisation=world.organisation,
        text=UseCaseText(title="A draft", summary="In a sentence", stage="pilot"),
        language="sv",
        submit=True,
    )


def approved(world: World) -> None:
    draft = UseCasePage.objects.filter(live=False).first()
    state = draft.current_workflow_state
    state.current_task_state.approve(user=MemberFactory(is_staff=True, is_superuser=True))


def merged(world: World) -> None:
    absorbed = ProjectFactory(title="Of the absorbed").organisation
    merge_organisations(
        keep=world.organisation, absorb=absorbed, actor=MemberFactory(is_staff=True, is_superuser=True)
    )


def plain(code: str, language: str = "sv") -> PlainPage:
    return PlainPage.objects.with_code(code, language)


def public_projects(world: World) -> Any:
    return world.organisation.projects.filter(live=True, subject__visibility=Visibility.PUBLIC)


# Actions by name. An action that depends on an earlier one stands after it, in the same group of twelve.
CHANGES: dict[str, Callable[[World], Any]] = {
    "a project is posted": lambda world: world.posted(title="Entirely new"),
    "a project is edited": edited,
    "a version is brought back": lambda world: projects.restore_version(
        actor=world.member, project=world.project, revision=world.project.revisions.order_by("pk").first()
    ),
    "a post is written": lambda world: discussions.post_message(
        thread=thread_of(world.project), actor=world.member, text="First words"
    ),
    "a post is edited": lambda world: discussions.edit_post(
        post=first_post(world), actor=first_post(world).author, text="Second words"
    ),
    "a post is removed": lambda world: discussions.remove_post(
        post=first_post(world), actor=first_post(world).author
    ),
    "a thread is locked": lambda world: discussions.lock_thread(
        thread=thread_of(world.project), actor=MemberFactory(is_staff=True)
    ),
    "a thread is unlocked": lambda world: discussions.unlock_thread(
        thread=thread_of(world.project), actor=MemberFactory(is_staff=True)
    ),
    "a member changes name": lambda world: edit_profile(
        actor=world.member, member=world.member, first_name="Namn", last_name="Bytt", title="Chef"
    ),
    "staff change a member's name": lambda world: saved(
        Member.objects.get(pk=world.member.pk), first_name="Ny"
    ),
    "somebody joins": lambda world: MembershipFactory(organisation=world.organisation),
    "somebody is let in": lambda world: organisations.confirm_membership(
        actor=world.member, membership=waiting(world)
    ),
    "a membership ends": lambda world: (
        world.organisation.memberships.exclude(member=world.member)
        .filter(confirmed_at__isnull=False)
        .first()
        .delete()
    ),
    "an organisation is founded": lambda world: OrganisationFactory(
        name="Alldeles ny", claimed_at=timezone.now()
    ),
    "an organisation says who it is": lambda world: organisations.edit_organisation(
        actor=world.member, organisation=world.organisation, description="Ny text", website=""
    ),
    "an organisation is renamed by staff": lambda world: saved(
        Organisation.objects.get(pk=world.organisation.pk), name="Omdöpt"
    ),
    "an organisation says what it seeks": lambda world: statements.write_statement(
        actor=world.member,
        organisation=world.organisation,
        said=StatementInput(kind="seeks", text="Vi söker något"),
    ),
    "it says so in other words": lambda world: statements.change_statement(
        actor=world.member,
        statement=Statement.objects.get(text="Vi söker något"),
        said=StatementInput(kind="seeks", text="Vi söker ett ting", visibility="members"),
    ),
    "it shows that to everyone": lambda world: statements.change_statement(
        actor=world.member,
        statement=Statement.objects.get(text="Vi söker ett ting"),
        said=StatementInput(kind="seeks", text="Vi söker ett ting"),
    ),
    "it ends that": lambda world: statements.end_statement(
        actor=world.member, statement=Statement.objects.get(text="Vi söker ett ting")
    ),
    "it reopens that": lambda world: statements.reopen_statement(
        actor=world.member, statement=Statement.objects.get(text="Vi söker ett ting")
    ),
    "a work is adopted": adopted,
    "staff correct an adoption": lambda world: saved(
        Participation.objects.filter(subject=world.work("use_case").subject, role="adopter").first(),
        stage="retired",
    ),
    "an adoption is withdrawn": lambda world: projects.withdraw_participation(
        actor=world.member,
        participation=Participation.objects.get(
            subject=world.work("article").subject, organisation=world.organisation
        ),
    ),
    "staff add who takes part": lambda world: ParticipationFactory(
        project=world.project, organisation=OrganisationFactory()
    ),
    "organisations are merged": merged,
    "a project is for members only": lambda world: projects.change_visibility(
        actor=world.member,
        project=Project.objects.own().exclude(pk=world.project.pk).order_by("-pk").first(),
        to=Visibility.MEMBERS,
    ),
    "a project is withdrawn": lambda world: projects.withdraw_project(
        actor=world.member,
        project=world.organisation.projects.filter(live=True).exclude(pk=world.project.pk).first(),
    ),
    "a project is deleted by staff": lambda world: (
        public_projects(world).exclude(pk=world.project.pk).last().delete()
    ),
    "a page is published": lambda world: GuideFactory(areas=[world.area]),
    "a page is edited": lambda world: publish(world.pages["guide"].specific, title="Annan titel"),
    "a page is tagged": lambda world: tagged(world, ["nyord"]),
    "a tag is renamed": lambda world: saved(Tag.objects.get(name="nyord"), name="Nyare ord"),
    "a term is reworded": lambda world: saved(Area.objects.get(pk=world.area.pk), label_sv="Omvårdnad"),
    "a page gets another address": lambda world: publish(world.pages["guide"].specific, slug="annan-adress"),
    "a page is moved": lambda world: UseCaseFactory().move(SectionPage.objects.first(), pos="last-child"),
    "a use case is approved": approved,
    "a page is unpublished": lambda world: (
        world.pages["guide"].get_siblings(inclusive=False).live().first().specific.unpublish()
    ),
    "a page is deleted": lambda world: world.pages["article"].get_siblings(inclusive=False).first().delete(),
    "a section is renamed": lambda world: publish(
        SectionPage.objects.get(slug="guider"), title="Handledningar"
    ),
    "the front door is reworded": lambda world: publish(HomePage.objects.get(slug="sv"), lead="Ny ingress"),
    "a plain page is reworded": lambda world: publish(plain("about"), body="<p>Ny text</p>"),
    "new terms come into force": lambda world: publish(
        plain("terms"), body="<p>Nya villkor</p>", in_force=timezone.localdate()
    ),
    "a plain page is taken down": lambda world: publish_none(world),
    "the facts of the site change": lambda world: saved(OperatorInfo.load(), operator="Granviks kommun"),
    "a draft is written": drafted,
    "a draft of a page is saved": lambda world: world.pages["guide"].specific.save_revision(),
    "somebody asks to join": lambda world: organisations.join_organisation(
        actor=MemberFactory(), organisation=world.organisation
    ),
    "an inventory is imported": lambda world: world.inventory.load([record(1, Name="Imported")]),
    "the import is undone": lambda world: call_command(
        "import_inventory", undo=ImportRun.objects.latest("pk").pk
    ),
    "the index is written": lambda world: run_due_tasks(),
}
UNSEEN = (
    "a draft is written",
    "a draft of a page is saved",
    "somebody asks to join",
    "the index is written",
    "a plain page is taken down",
)
"""Changes that visitors do not see, or not at once."""
EACH = 12
PARTS = -(-len(CHANGES) // EACH)
WRITES_NOTHING_SHOWN: dict[str, Callable[[World], Any]] = {
    "somebody signs in": lambda world: world.client_of_member.force_login(world.member),
    "a message to the operators is sent": lambda world: send_message(actor=None, kind="contact", text="Hej"),
    "an action is counted": lambda world: Limit("freshness", 5, 60).spend(1),
    "nothing is due": lambda world: run_due_tasks(),
    "a page is read by a member": lambda world: world.client_of_member.get("/"),
}


def publish_none(world: World) -> None:
    page = PlainPage(title="Tillfällig", slug="tillfallig", body="<p>Hej</p>")
    HomePage.objects.get(slug="sv").add_child(instance=page)
    page.save_revision().publish()
    page.unpublish()


@pytest.fixture
def world(inventory: Inventory, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> World:
    with django_capture_on_commit_callbacks(execute=True):
        world = World()
    world.inventory, world.client_of_member = inventory, Client()
    run_due_tasks()
    return world


def addresses(world: World) -> dict[str, str]:
    """Return every page in Swedish, and some in English too, by name."""
    found = {}
    for language, names in (
        ("sv", [name for name in LIVE if name not in BARE + LIKE_ANOTHER]),
        ("en", IN_ENGLISH),
    ):
        with translation.override(language):
            found |= {f"{name} {language}": LIVE[name](world) for name in names}
    return found


def read(client: Client, addresses: dict[str, str], **headers: str) -> dict[str, Any]:
    return {name: client.get(url, headers=headers) for name, url in addresses.items()}


@contextmanager
def nothing_else_cached(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bypass the cache of parts of pages: the frame, figures and search results."""
    with monkeypatch.context() as patch:
        for module in (context, numbers, cached):
            patch.setattr(module, "cached_until_changed", lambda _name, make, *topics: make())
        yield


def said(answers: dict[str, Any]) -> dict[str, tuple[int, str]]:
    return {
        name: (answer.status_code, THE_FORM_OF_A_POST.sub("", answer.content.decode()))
        for name, answer in answers.items()
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_no_cached_page_is_older_than_the_last_change(
    client: Client,
    world: World,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Each page is cached before each change. A page served from the cache after the change must equal an uncached
    one. Some pages that were rendered since must equal an uncached one too, without cached parts."""
    unnoticed = []
    before = said(read(client, addresses(world)))
    for action, change in [*CHANGES.items()][part * EACH : (part + 1) * EACH]:
        with django_capture_on_commit_callbacks(execute=True):
            change(world)
        where = addresses(world)
        kept = read(client, where)
        of_old = [name for name, answer in kept.items() if not answer.templates]
        with nothing_else_cached(monkeypatch):
            fresh = read(client, {name: where[name] for name in {*of_old, *SAMPLE}}, **UNCACHED)
        assert said({name: kept[name] for name in fresh}) == said(fresh), action
        now = said(kept)
        if now == before:
            unnoticed.append(action)
        before = now
    assert [action for action in unnoticed if action not in UNSEEN] == [], "each change is seen on some page"


@pytest.mark.embedded
def test_a_write_that_no_page_shows_invalidates_no_page(
    client: Client, world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client.get("/")
    world.client_of_member.force_login(world.member)
    begun = topics.versions_of([topics.ANY_CHANGE])
    assert begun
    for action, change in WRITES_NOTHING_SHOWN.items():
        with django_capture_on_commit_callbacks(execute=True):
            change(world)
        assert topics.versions_of([topics.ANY_CHANGE]) == begun, action

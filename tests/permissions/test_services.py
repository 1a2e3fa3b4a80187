"""Every service function checks permission by itself: called directly by a stranger, it refuses and changes
nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from community.discussions import services as discussions
from community.discussions.services import thread_of
from community.members import services as members
from community.notifications import services as notifications
from community.notifications.models import Notice
from community.organisations import merging
from community.organisations import services as organisations
from community.organisations.answers import Answer
from community.organisations.models import MergeCandidate, Role
from community.participation import services as participation
from community.participation.services import ResultInput
from community.projects import services as projects
from community.projects.cards import Card
from community.statements import services as statements
from community.statements.inputs import StatementInput
from community.use_cases import services as use_cases
from core.refusals import NotAllowed
from knowledge import services as knowledge
from knowledge.services import UseCaseText
from operations import services as work
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ResultFactory,
)
from tests.permissions.actions import changed, ended, given_up, project, said_about, use_case
from tests.permissions.table import asking_nothing, behind, steps, verbs
from tests.permissions.test_table import services
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

CARD = Card(title="By a stranger", stage="pilot")
MEASURED = ResultInput(other_measure="By a stranger", value=Decimal(99), how_measured="…")
SAID = StatementInput(kind="offers", text="Everything")
TEXT = UseCaseText(title="By a stranger", summary="…", stage="idea")


def draft(world: World) -> Any:
    return project(world, publish=False)


def words_of_another(world: World) -> Any:
    return discussions.post_message(
        thread=thread_of(project(world)), actor=world.colleague, text="Not a stranger's"
    )


def notice_of_another(world: World) -> Notice:
    subject = project(world).subject
    return Notice.objects.create(
        member=world.colleague,
        subject=subject,
        kind="posts",
        since_event=0,
        last_event=1,
        told_at=timezone.now(),
    )


def waiting(world: World) -> Any:
    return MembershipFactory(organisation=world.organisation, waiting=True)


def adopter(world: World) -> Any:
    return ParticipationFactory(project=ProjectFactory(), organisation=world.organisation)


def colleagues_use_case(world: World) -> Any:
    return use_case(world, world.colleague)


def sent_back(world: World) -> Any:
    page = colleagues_use_case(world)
    page.get_workflow().start(page, world.colleague)
    page.refresh_from_db()
    page.current_workflow_task_state.reject(user=world.people["editor"], comment="Say what it cost.")
    return page


def hidden(world: World) -> Any:
    return OrganisationFactory(audience=frozenset())


Make = Callable[[World], Any]
Call = Callable[[Any, World, Any], Any]
CALLS: dict[str, tuple[Make, Call]] = {
    "members.edit_profile": (
        lambda world: world.colleague,
        lambda who, world, other: members.edit_profile(
            actor=who, member=other, first_name="Ny", last_name="Ek", title=""
        ),
    ),
    "organisations.create_organisation": (
        lambda world: "Föreningen Ugglan",
        lambda who, world, name: organisations.create_organisation(
            name=name, kind="civil_society", place=None, actor=who
        ),
    ),
    "organisations.create_organisation:public": (
        lambda world: "Nybo kommun",
        lambda who, world, name: organisations.create_organisation(
            name=name, kind="municipality", place=None, actor=who
        ),
    ),
    "organisations.join_organisation": (
        hidden,
        lambda who, world, to: organisations.join_organisation(actor=who, organisation=to),
    ),
    "organisations.confirm_membership": (
        waiting,
        lambda who, world, one: organisations.confirm_membership(actor=who, membership=one),
    ),
    "organisations.confirm_membership:founder": (
        lambda world: organisations.create_organisation(
            name="Nybo kommun", kind="municipality", place=None, actor=MemberFactory(confirmed=True)
        ).memberships.get(),
        lambda who, world, one: organisations.confirm_membership(actor=who, membership=one),
    ),
    "organisations.decline_membership": (
        waiting,
        lambda who, world, one: organisations.decline_membership(actor=who, membership=one),
    ),
    "organisations.give_role": (
        lambda world: MembershipFactory(organisation=world.organisation),
        lambda who, world, one: organisations.give_role(actor=who, membership=one, role=Role.ADMIN),
    ),
    "organisations.undo_answer": (
        lambda world: Answer.awaited(waiting(world)),
        lambda who, world, answer: organisations.undo_answer(actor=who, answer=answer),
    ),
    "organisations.edit_organisation": (
        lambda world: world.organisation,
        lambda who, world, one: organisations.edit_organisation(
            actor=who, organisation=one, description="Taken over", website=""
        ),
    ),
    "statements.write_statement": (
        lambda world: world.organisation,
        lambda who, world, one: statements.write_statement(actor=who, organisation=one, said=SAID),
    ),
    "statements.change_statement": (
        said_about,
        lambda who, world, one: statements.change_statement(actor=who, statement=one, said=SAID),
    ),
    "statements.end_statement": (
        said_about,
        lambda who, world, one: statements.end_statement(actor=who, statement=one),
    ),
    "statements.reopen_statement": (
        ended,
        lambda who, world, one: statements.reopen_statement(actor=who, statement=one),
    ),
    "statements.renew_statement": (
        said_about,
        lambda who, world, one: statements.renew_statement(actor=who, statement=one),
    ),
    "organisations.merge_organisations": (
        lambda world: OrganisationFactory(),
        lambda who, world, other: merging.merge_organisations(
            keep=other, absorb=world.organisation, actor=who
        ),
    ),
    "organisations.dismiss_merge": (
        lambda world: MergeCandidate.objects.create(
            organisation=world.organisation, other=OrganisationFactory(), likeness=0.9
        ),
        lambda who, world, one: merging.dismiss_merge(candidate=one, actor=who),
    ),
    "projects.post_project": (
        lambda world: world.organisation,
        lambda who, world, one: projects.post_project(actor=who, organisation=one, card=CARD),
    ),
    "projects.post_project:draft": (
        lambda world: world.organisation,
        lambda who, world, one: projects.post_project(actor=who, organisation=one, card=CARD, publish=False),
    ),
    "projects.edit_project": (
        project,
        lambda who, world, one: projects.edit_project(actor=who, project=one, card=CARD),
    ),
    "projects.edit_project:draft": (
        draft,
        lambda who, world, one: projects.edit_project(actor=who, project=one, card=CARD, publish=False),
    ),
    "projects.publish_project": (
        draft,
        lambda who, world, one: projects.publish_project(actor=who, project=one),
    ),
    "projects.discard_draft": (
        changed,
        lambda who, world, one: projects.discard_draft(actor=who, project=one),
    ),
    "projects.restore_version": (
        changed,
        lambda who, world, one: projects.restore_version(actor=who, project=one, revision=one.live_revision),
    ),
    "projects.withdraw_project": (
        project,
        lambda who, world, one: projects.withdraw_project(actor=who, project=one),
    ),
    "projects.delete_draft": (
        draft,
        lambda who, world, one: projects.delete_draft(actor=who, project=one),
    ),
    "use_cases.delete_use_case": (
        colleagues_use_case,
        lambda who, world, page: use_cases.delete_use_case(actor=who, page=page),
    ),
    "projects.change_visibility": (
        project,
        lambda who, world, one: projects.change_visibility(actor=who, project=one, to="members"),
    ),
    "projects.adopt": (
        project,
        lambda who, world, one: projects.adopt(actor=who, organisation=world.organisation, subject=one),
    ),
    "projects.update_participation": (
        adopter,
        lambda who, world, one: projects.update_participation(actor=who, participation=one, stage="in_use"),
    ),
    "projects.withdraw_participation": (
        adopter,
        lambda who, world, one: projects.withdraw_participation(actor=who, participation=one),
    ),
    "participation.add_result": (
        adopter,
        lambda who, world, one: participation.add_result(actor=who, participation=one, given=MEASURED),
    ),
    "participation.change_result": (
        lambda world: ResultFactory(participation=adopter(world)),
        lambda who, world, one: participation.change_result(actor=who, result=one, given=MEASURED),
    ),
    "participation.delete_result": (
        lambda world: ResultFactory(participation=adopter(world)),
        lambda who, world, one: participation.delete_result(actor=who, result=one),
    ),
    "use_cases.write_use_case": (
        lambda world: world.organisation,
        lambda who, world, one: use_cases.write_use_case(
            actor=who, organisation=one, text=TEXT, language="sv", submit=False
        ),
    ),
    "use_cases.submit_use_case": (
        colleagues_use_case,
        lambda who, world, page: use_cases.submit_use_case(actor=who, page=page),
    ),
    "knowledge.edit_draft": (
        colleagues_use_case,
        lambda who, world, page: knowledge.edit_draft(actor=who, page=page, text=TEXT),
    ),
    "knowledge.answer_review": (
        sent_back,
        lambda who, world, page: knowledge.answer_review(actor=who, page=page, text="It is fine"),
    ),
    "discussions.post_message": (
        lambda world: thread_of(draft(world)),
        lambda who, world, thread: discussions.post_message(
            thread=thread, actor=who, text="A stranger was here"
        ),
    ),
    "discussions.edit_post": (
        words_of_another,
        lambda who, world, post: discussions.edit_post(post=post, actor=who, text="Other words"),
    ),
    "discussions.remove_post": (
        words_of_another,
        lambda who, world, post: discussions.remove_post(post=post, actor=who),
    ),
    "discussions.lock_thread": (
        lambda world: thread_of(project(world)),
        lambda who, world, thread: discussions.lock_thread(thread=thread, actor=who),
    ),
    "discussions.unlock_thread": (
        lambda world: thread_of(project(world)),
        lambda who, world, thread: discussions.unlock_thread(thread=thread, actor=who),
    ),
    "notifications.see_notice": (
        notice_of_another,
        lambda who, world, notice: notifications.see_notice(actor=who, notice=notice),
    ),
    "operations.retry_task": (
        lambda world: given_up(),
        lambda who, world, result: work.retry_task(actor=who, task_id=result.pk),
    ),
    "operations.drop_task": (
        lambda world: given_up(),
        lambda who, world, result: work.drop_task(actor=who, task_id=result.pk),
    ),
}
"""Verb → a function that creates the object, and the call."""


BEHIND: dict[str, tuple[Make, Call]] = {
    "members.reset_second_factor": (
        lambda world: world.colleague,
        lambda who, world, other: members.reset_second_factor(actor=who, member=other),
    ),
    "knowledge.delete_draft_page": (
        colleagues_use_case,
        lambda who, world, page: knowledge.delete_draft_page(actor=who, page=page),
    ),
    "knowledge.submit_for_review": (
        colleagues_use_case,
        lambda who, world, page: knowledge.submit_for_review(actor=who, page=page),
    ),
    "operations.failed": (
        lambda world: given_up(),
        lambda who, world, result: work.failed(actor=who, task_id=result.pk),
    ),
}
"""The same for functions that verbs call."""
CALLED = CALLS | BEHIND


def everything() -> dict[type[Model], list[Any]]:
    """Return all rows of our own models."""
    ours = (
        model for model in apps.get_models() if model.__module__.split(".")[0] in ("community", "knowledge")
    )
    return {model: list(model._base_manager.order_by("pk").values()) for model in ours}


@pytest.mark.parametrize("verb", CALLED)
def test_a_stranger_is_refused_and_nothing_changes(verb: str) -> None:
    world = World()
    make, call = CALLED[verb]
    thing = make(world)
    before = everything()
    with pytest.raises(NotAllowed):
        call(world.stranger, world, thing)
    assert everything() == before


@pytest.mark.parametrize("verb", CALLED)
def test_a_visitor_is_refused(verb: str) -> None:
    world, (make, call) = World(), CALLED[verb]
    thing = make(world)
    before = everything()
    with pytest.raises(NotAllowed):
        call(AnonymousUser(), world, thing)
    assert everything() == before


def test_every_verb_that_is_not_for_all_is_called_here() -> None:
    functions = {verb for verb in verbs() if not verb.startswith(("accounts.", "admin."))}
    asking = {verb for verb in functions if verb.partition(":")[0] not in asking_nothing()}
    assert set(CALLS) == asking


ANY_MEMBER_MAY = {"knowledge.draft_use_case"}


def test_every_service_function_that_takes_an_actor_is_called_here() -> None:
    taking = {name for name, parameters in services().items() if "actor" in parameters}
    called = {verb.partition(":")[0] for verb in CALLED}
    assert taking - called == steps() | (asking_nothing() & taking) | ANY_MEMBER_MAY
    assert {verb for verb in called if "actor" not in services()[verb]} == set()
    assert set(BEHIND) <= behind()


def test_a_visitor_cannot_draft_a_use_case() -> None:
    with pytest.raises(NotAllowed):
        knowledge.draft_use_case(actor=AnonymousUser(), text=TEXT)


def test_an_invisible_project_cannot_be_adopted_or_used_as_a_template() -> None:
    world = World()
    theirs = world.stranger.memberships.get().organisation
    page = use_case(world, world.colleague)
    with pytest.raises(NotAllowed):
        projects.post_project(actor=world.stranger, organisation=theirs, card=CARD, derived_from=page.work)
    for subject in (draft(world), page.work):
        with pytest.raises(NotAllowed):
            projects.adopt(actor=world.stranger, organisation=theirs, subject=subject)


def test_a_version_of_another_project_is_not_restored() -> None:
    world = World()
    theirs = ProjectFactory(author=world.stranger, organisation=world.stranger.memberships.get().organisation)
    secret = draft(world)
    with pytest.raises(NotAllowed):
        projects.restore_version(actor=world.stranger, project=theirs, revision=secret.latest_revision)


def test_the_number_of_queries_does_not_depend_on_the_number_of_memberships(
    django_assert_max_num_queries: Any,
) -> None:
    world = World()
    thread = thread_of(project(world))
    for _ in range(20):
        MembershipFactory(member=world.colleague)
    with django_assert_max_num_queries(12):  # Two of them store the post's HTML.
        discussions.post_message(thread=thread, actor=world.colleague, text="Cheap")

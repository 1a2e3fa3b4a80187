"""How each verb of the table is requested from the site, and which rows show that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from wagtail.models import Locale, TaskState

from community.contact.models import ContactMessage
from community.discussions.models import Post, Thread
from community.discussions.services import lock_thread, post_message, thread_of
from community.mail import links, streams
from community.mail.models import Address, Delivery, Subscription
from community.mail.services import address_for
from community.members.models import Consent, Member
from community.notifications import kinds
from community.notifications import services as notices
from community.notifications.models import Inbox, Mute, Notice
from community.organisations.models import (
    Membership,
    MergeCandidate,
    Organisation,
    PlannedOrganisation,
)
from community.organisations.services import create_organisation
from community.participation.models import Participation, Result, Role
from community.projects import services as projects
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.policies import can_post
from community.statements.models import Statement
from community.statements.services import end_statement
from community.use_cases import services as use_cases
from core.audience import viewer_for
from knowledge.models import (
    File,
    KnowledgePage,
    PolicyText,
    ReviewAnswer,
    Story,
    Tag,
    UseCasePage,
)
from knowledge.services import UseCaseText, draft_use_case
from search.tasks import reconcile_indexes
from subjects.services import set_visibility
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ResultFactory,
    StatementFactory,
    UseCaseFactory,
)
from tests.permissions.world import World, rows

CARD = {"title": "Sortera inkommande post", "stage": "pilot", "language": "sv"}
USE_CASE = {"title": "Sortera post", "summary": "Snabbare svar.", "stage": "in_use"}
PASSWORD = "a long password"


class Ask(NamedTuple):
    """A request: a POST with `data`, or a GET without."""

    url: str
    data: dict[str, Any] | None


Prepare = Callable[..., list[Ask]]
Trace = Callable[[], object]


class Upload(ContentFile):
    """An upload that can be sent more than once."""

    def read(self, *args: Any) -> Any:
        self.seek(0)
        return super().read(*args)


class Of(Enum):
    """The owner of the object of a verb."""

    ANYBODY = "where that says nothing: prepare(world)"
    ONESELF = "always one's own: prepare(world)"
    SOMEBODY = "somebody's, perhaps one's own: prepare(world, owner)"


@dataclass(frozen=True)
class Action:
    """`prepare` creates the object of the verb and returns its requests, one for each way to ask.

    The verb was done if `trace` returns another value afterwards; without a trace, if the page is shown.
    """

    prepare: Prepare
    trace: Trace | None
    of: Of


ACTIONS: dict[str, Action] = {}


def action(verb: str, trace: Trace | None = None, of: Of = Of.ANYBODY) -> Callable[[Prepare], Prepare]:
    def keep(prepare: Prepare) -> Prepare:
        ACTIONS[verb] = Action(prepare, trace, of)
        return prepare

    return keep


def post(name: str, *args: Any, **data: Any) -> Ask:
    return Ask(reverse(name, args=args), data)


# -- accounts


def sign_up(**answers: str) -> Ask:
    form = {"email": "ny@example.org", "password1": PASSWORD, "first_name": "Ny", "last_name": "Ek"}
    return post("account_signup", **form, accepts="on", **answers)


@action("accounts.sign_up", lambda: rows(Member))
def _(world: World) -> list[Ask]:
    return [sign_up(organisation=world.organisation.name)]


@action("accounts.sign_in", lambda: Session.objects.count())
def _(world: World) -> list[Ask]:
    return [post("account_login", login=world.colleague.email, password=PASSWORD)]


@action("accounts.sign_out", lambda: Session.objects.count())
def _(world: World) -> list[Ask]:
    return [post("account_logout")]


@action("accounts.change_password", lambda: rows(Member, "password"), Of.ONESELF)
def _(world: World) -> list[Ask]:
    form = {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"}
    return [post("account_change_password", **form)]


@action("accounts.add_address", lambda: rows(EmailAddress), Of.ONESELF)
def _(world: World) -> list[Ask]:
    return [post("account_email", email="annan@example.org", action_add="1")]


@action("accounts.second_step", of=Of.ONESELF)
def _(world: World) -> list[Ask]:
    return [Ask(reverse("mfa_index"), None)]


@action("accounts.forgotten_password", lambda: rows(Delivery))
def _(world: World) -> list[Ask]:
    return [post("account_reset_password", email=world.colleague.email)]


@action("members.edit_profile", lambda: rows(Member, "first_name", "title"), Of.ONESELF)
def _(world: World) -> list[Ask]:
    names = {"first_name": "Ny", "last_name": "Ek", "title": "Arkivarie"}
    return [post("members:profile", **names)]


@action("members.accept_terms", lambda: rows(Consent), Of.ONESELF)
def _(world: World) -> list[Ask]:
    versions = PolicyText.objects.versions(timezone.localdate())
    return [post("members:accept_terms", versions=versions)]


# -- organisations


@action("organisations.plan_organisation", lambda: rows(PlannedOrganisation))
def _(world: World) -> list[Ask]:
    return [sign_up(organisation="Föreningen Ugglan", is_new="on", kind="civil_society")]


def found(world: World, **answers: str) -> list[Ask]:
    """Requested by members whose addresses are all confirmed."""
    for member in filter(None, world.people.values()):
        EmailAddress.objects.get_or_create(user=member, email=member.email, verified=True)
    return [Ask(reverse("organisations:add"), answers)]


@action("organisations.create_organisation", lambda: rows(Organisation))
def _(world: World) -> list[Ask]:
    return found(world, name="Föreningen Ugglan", kind="civil_society")


@action("organisations.create_organisation:public", lambda: Membership.objects.waiting().count())
def _(world: World) -> list[Ask]:
    return found(world, name="Nybo kommun", kind="municipality")


@action("organisations.confirm_membership:founder", lambda: rows(Membership, "confirmed_at"))
def _(world: World) -> list[Ask]:
    founder = MemberFactory(confirmed=True)
    added = create_organisation(name="Nybo kommun", kind="municipality", place=None, actor=founder)
    return [post("organisations:answer_request", added.memberships.get().pk, answer="yes")]


@action("organisations.join_organisation", lambda: rows(Membership), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    return [post("organisations:join", organisation=OrganisationFactory().name)]


@action("organisations.confirm_membership", lambda: rows(Membership, "confirmed_at"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    waiting = Membership.objects.filter(member=owner, organisation=world.organisation)
    waiting.update(confirmed_at=None)
    return [post("organisations:answer_request", one.pk, answer="yes") for one in waiting]


@action("organisations.decline_membership", lambda: rows(Membership), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    belongs = Membership.objects.filter(member=owner, organisation=world.organisation)
    return [
        post("organisations:membership", world.organisation.slug, one.pk, change="end")
        if one.confirmed_at
        else post("organisations:answer_request", one.pk, answer="no")
        for one in belongs
    ]


@action("organisations.give_role", lambda: rows(Membership, "role"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    belongs = Membership.objects.filter(member=owner, organisation=world.organisation)
    args = (world.organisation.slug,)
    return [
        post("organisations:membership", *args, one.pk, change="member" if one.administers else "admin")
        for one in belongs
    ]


@action("organisations.undo_answer", lambda: rows(Membership, "confirmed_at"))
def _(world: World) -> list[Ask]:
    asks = []
    for answer in ("yes", "no"):
        asking = MembershipFactory(organisation=world.organisation, waiting=True)
        response = world.browser("administrator").post(
            reverse("organisations:answer_request", args=[asking.pk]), {"answer": answer}
        )
        asks.append(post("organisations:undo_answer", answered=response.url.partition("?answered=")[2]))
    return asks


@action("organisations.edit_organisation", lambda: rows(Organisation, "description"))
def _(world: World) -> list[Ask]:
    return [post("organisations:edit", world.organisation.slug, description="Nytt om oss.")]


def candidate(world: World) -> MergeCandidate:
    return MergeCandidate.objects.create(
        organisation=world.organisation, other=OrganisationFactory(), likeness=0.9
    )


@action("organisations.merge_organisations", lambda: rows(Organisation))
def _(world: World) -> list[Ask]:
    return [post("organisations_merge_decide", candidate(world).pk, keep="organisation")]


@action("organisations.dismiss_merge", lambda: rows(MergeCandidate, "dismissed_at"))
def _(world: World) -> list[Ask]:
    return [post("organisations_merge_decide", candidate(world).pk)]


# -- projects


def project(world: World, **card: Any) -> Project:
    """Create a published project of a colleague."""
    return ProjectFactory(organisation=world.organisation, author=world.colleague, **card)


def draft(world: World, author: Member) -> Project:
    """Create a draft as its author would write it today. The author may have left the organisation."""
    made = project(world, publish=False)
    made.author, made.is_private = author, not can_post(viewer_for(author), world.organisation)
    made.save(update_fields=["author", "is_private"])
    return made


@action("projects.post_project", lambda: list(Project.objects.filter(live=True).values_list("pk")))
def _(world: World) -> list[Ask]:
    return [post("projects:write", **CARD, organisation=world.organisation.slug, publish="1")]


@action("projects.post_project:draft", lambda: rows(Project))
def _(world: World) -> list[Ask]:
    return [post("projects:write", **CARD, organisation=world.organisation.slug, draft="1")]


@action("projects.edit_project", lambda: rows(Project, "title"))
def _(world: World) -> list[Ask]:
    return [post("projects:edit", project(world).pk, **CARD, publish="1")]


@action("projects.edit_project:draft", lambda: rows(Project, "title"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    made = draft(world, owner)
    return [post("projects:edit", made.pk, **CARD, draft="1")]


def changed(world: World) -> Project:
    """Create a project with a version that waits to be published."""
    made = project(world)
    return projects.edit_project(
        actor=world.colleague, project=made, card=Card(title="Annat", stage="pilot"), publish=False
    )


@action("projects.publish_project", lambda: rows(Project, "live"))
def _(world: World) -> list[Ask]:
    return [post("projects:publish", project(world, publish=False).pk)]


@action("projects.discard_draft", lambda: rows(Project, "has_unpublished_changes"))
def _(world: World) -> list[Ask]:
    return [post("projects:discard", changed(world).pk)]


@action("projects.restore_version", lambda: rows(Project, "latest_revision"))
def _(world: World) -> list[Ask]:
    made = changed(world)
    return [post("projects:restore", made.pk, made.live_revision_id)]


@action("projects.withdraw_project", lambda: rows(Project, "live"))
def _(world: World) -> list[Ask]:
    return [post("projects:withdraw", project(world).pk)]


@action("projects.delete_draft", lambda: rows(Project), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    return [post("projects:delete", draft(world, owner).pk)]


@action("projects.change_visibility", lambda: rows(Project, "subject__audience"))
def _(world: World) -> list[Ask]:
    return [post("projects:visibility", project(world).pk, to="members")]


@action("projects.adopt", lambda: rows(Participation))
def _(world: World) -> list[Ask]:
    form = {"organisation": world.organisation.slug, "stage": "pilot"}
    return [
        post("projects:adopt", ProjectFactory().pk, **form),
        post("projects:adopt_work", UseCaseFactory().work_id, **form),
    ]


@action("projects.update_participation", lambda: rows(Participation, "stage"))
def _(world: World) -> list[Ask]:
    theirs = ParticipationFactory(project=ProjectFactory(), organisation=world.organisation, stage="idea")
    return [post("projects:update_participation", theirs.pk, stage="in_use")]


@action("projects.withdraw_participation", lambda: rows(Participation))
def _(world: World) -> list[Ask]:
    theirs = ParticipationFactory(project=ProjectFactory(), organisation=world.organisation)
    return [post("projects:leave", theirs.pk)]


MEASURED = {"measure": "calls", "value": "12,5", "how_measured": "Växelns statistik"}


def results(world: World) -> list[Result]:
    """Create a result of the organisation as an owner, and one as an adopter."""
    return [
        ResultFactory(participation=project(world).subject.participations.get()),
        ResultFactory(
            participation=ParticipationFactory(work=UseCaseFactory().work, organisation=world.organisation)
        ),
    ]


@action("participation.add_result", lambda: rows(Result))
def _(world: World) -> list[Ask]:
    return [post("participation:results", each.participation_id, **MEASURED) for each in results(world)]


@action("participation.change_result", lambda: rows(Result, "value"))
def _(world: World) -> list[Ask]:
    return [post("participation:edit_result", each.pk, **MEASURED) for each in results(world)]


@action("participation.delete_result", lambda: rows(Result))
def _(world: World) -> list[Ask]:
    return [post("participation:delete_result", each.pk) for each in results(world)]


def said_about(world: World) -> Statement:
    """Create a statement about a colleague's project."""
    return StatementFactory(project=project(world), until=timezone.localdate())


@action("statements.write_statement", lambda: rows(Statement))
def _(world: World) -> list[Ask]:
    address = reverse("statements:write", args=[world.organisation.slug])
    said = {"kind": "offers", "text": "Ett avtal."}
    return [Ask(address, said), Ask(f"{address}?about={project(world).subject_id}", said)]


@action("statements.change_statement", lambda: rows(Statement, "text"))
def _(world: World) -> list[Ask]:
    return [post("statements:change", said_about(world).pk, kind="offers", text="Ett annat avtal.")]


@action("statements.end_statement", lambda: rows(Statement, "ended_at"))
def _(world: World) -> list[Ask]:
    return [post("statements:end", said_about(world).pk)]


@action("statements.reopen_statement", lambda: rows(Statement, "ended_at"))
def _(world: World) -> list[Ask]:
    return [post("statements:reopen", ended(world).pk)]


@action("statements.renew_statement", lambda: rows(Statement, "until"))
def _(world: World) -> list[Ask]:
    return [post("statements:renew", said_about(world).pk)]


def ended(world: World) -> Statement:
    statement = said_about(world)
    end_statement(actor=world.colleague, statement=statement)
    return statement


@action("use_cases.write_use_case", lambda: rows(UseCasePage))
def _(world: World) -> list[Ask]:
    return [post("use_cases:write", **USE_CASE, organisation=world.organisation.slug)]


def use_case(world: World, author: Member) -> UseCasePage:
    """Create a draft of its author in the name of the organisation."""
    page = draft_use_case(actor=author, text=UseCaseText(title="Utkast", summary="…", stage="idea"))
    Participation.objects.create(subject=page.work.subject, organisation=world.organisation, role=Role.OWNER)
    return page


@action("knowledge.edit_draft", lambda: rows(UseCasePage, "latest_revision"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    page = use_case(world, owner)
    return [post("use_cases:edit", page.pk, **USE_CASE)]


@action("use_cases.submit_use_case", lambda: rows(TaskState), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    page = use_case(world, owner)
    return [post("use_cases:edit", page.pk, **USE_CASE, submit="1")]


@action("use_cases.delete_use_case", lambda: rows(UseCasePage), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    return [post("use_cases:delete", use_case(world, owner).pk)]


@action("knowledge.answer_review", lambda: rows(ReviewAnswer), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    page = use_case(world, owner)
    page.get_workflow().start(page, owner)
    page.refresh_from_db()
    page.current_workflow_task_state.reject(user=world.people["editor"], comment="Say what it cost.")
    return [post("use_cases:edit", page.pk, **USE_CASE, answer="It does now.")]


# -- conversations


def thread(world: World) -> Thread:
    return thread_of(project(world))


def post_of(world: World, owner: Member) -> Post:
    return post_message(thread=thread(world), actor=owner, text="Hej")


@action("discussions.post_message", lambda: rows(Post))
def _(world: World) -> list[Ask]:
    return [post("discussions:post", thread(world).pk, text="Hej")]


@action("discussions.edit_post", lambda: rows(Post, "text"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = post_of(world, owner)
    return [post("discussions:edit", found.thread_id, found.number, text="Hejsan")]


@action("discussions.remove_post", lambda: rows(Post, "removed_at"), Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = post_of(world, owner)
    return [post("discussions:remove", found.thread_id, found.number)]


@action("discussions.lock_thread", lambda: rows(Thread, "locked_at"))
def _(world: World) -> list[Ask]:
    return [post("discussions:lock", thread(world).pk)]


@action("discussions.unlock_thread", lambda: rows(Thread, "locked_at"))
def _(world: World) -> list[Ask]:
    return [post("discussions:unlock", lock_thread(thread=thread(world), actor=world.people["moderator"]).pk)]


# -- messages and mail


@action("contact.send_message", lambda: rows(ContactMessage))
def _(world: World) -> list[Ask]:
    form = {"text": "Sidan går inte att läsa.", "email": "ny@example.org", "page": "/"}
    return [post("contact:write", **form), post("contact:report", **form)]


@action("mail.ask_to_confirm", lambda: rows(Delivery))
def _(world: World) -> list[Ask]:
    return [post("mail:subscribe", email="ny@example.org")]


@action("mail.ask_to_confirm:again", lambda: rows(Delivery), Of.ONESELF)
def _(world: World) -> list[Ask]:
    return [post("mail:again")]


@action("mail.speak", lambda: rows(Address, "language"), Of.ONESELF)
def _(world: World) -> list[Ask]:
    return [post("mail:language", language="en")]


def address() -> Address:
    return address_for("ny@example.org")


def wished() -> object:
    return [rows(Address, "confirmed_at"), rows(Subscription, "wanted")]


@action("mail.confirm", wished)
def _(world: World) -> list[Ask]:
    return [Ask(urlsplit(links.confirm_url(address(), streams.NEWSLETTER)).path, {})]


@action("mail.unsubscribe", wished)
def _(world: World) -> list[Ask]:
    return [Ask(urlsplit(links.unsubscribe_url(address(), streams.NEWSLETTER, "sv")).path, {})]


@action("mail.resubscribe", wished, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    url = urlsplit(links.unsubscribe_url(address(), streams.NEWSLETTER, "sv")).path
    return [post("mail:resubscribe", url.rstrip("/").rpartition("/")[2])]


# -- notices


def notice(world: World, owner: Member) -> Notice:
    about = project(world)
    notices.notify(
        kind="adopters",
        member_ids=[owner.pk],
        subject_id=about.subject_id,
        key=f"adopter:{ParticipationFactory(project=about).pk}",
        actor_id=MemberFactory().pk,
    )
    return Notice.objects.get(member=owner)


def notice_state() -> object:
    return [rows(Notice, "seen_event", "on_site"), rows(Mute), rows(Inbox, "feed_token", "hour")]


@action("notifications.see_notice", notice_state, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = notice(world, owner)
    return [Ask(reverse("notifications:open", args=[found.pk]), None)]


@action("notifications.see_subject", notice_state, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = notice(world, owner)
    return [post("notifications:see", subject=found.subject_id)]


@action("notifications.see_all", notice_state, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    notice(world, owner)
    return [post("notifications:see_all")]


@action("notifications.mute", notice_state, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = notice(world, owner)
    return [post("notifications:less", found.pk)]


@action("notifications.unmute", notice_state, Of.SOMEBODY)
def _(world: World, owner: Member) -> list[Ask]:
    found = notice(world, owner)
    mute = Mute.objects.create(member=found.member, subject=found.subject)
    return [
        post("notifications:unmute", mute.pk),
        post("notifications:undo", less=f"subject:{found.subject_id}"),
    ]


@action("notifications.save_settings", notice_state, Of.ONESELF)
def _(world: World) -> list[Ask]:
    form = {"frequency": "weekly", "weekday": "1", "hour": "9", "quiet_from": "", "quiet_until": ""}
    preferences = {f"mail_{kind.code}": "digest" for kind in kinds.all_kinds()}
    return [post("notifications:settings", **form, **preferences)]


@action("notifications.renew_feed", notice_state, Of.ONESELF)
def _(world: World) -> list[Ask]:
    return [post("notifications:renew_feed")]


# -- the admin


@action("admin.enter")
def _(world: World) -> list[Ask]:
    return [Ask(reverse("wagtailadmin_home"), None)]


@action("admin.approve", lambda: rows(KnowledgePage, "live"))
def _(world: World) -> list[Ask]:
    page = use_case(world, world.colleague)
    use_cases.submit_use_case(actor=world.colleague, page=page)
    step = TaskState.objects.get(workflow_state__object_id=str(page.pk))
    return [post("wagtailadmin_pages:workflow_action", page.pk, "approve", step.pk)]


@action("admin.translate", lambda: rows(KnowledgePage))
def _(world: World) -> list[Ask]:
    english = Locale.objects.get(language_code="en")
    return [post("wagtail_localize:submit_page_translation", UseCaseFactory().pk, locales=[english.pk])]


@action("admin.take_down_page", lambda: rows(KnowledgePage, "live"))
def _(world: World) -> list[Ask]:
    return [post("wagtailadmin_pages:unpublish", UseCaseFactory().pk)]


@action("admin.take_down_project", lambda: rows(Project, "live"))
def _(world: World) -> list[Ask]:
    return [post("wagtailsnippets_projects_project:unpublish", project(world).pk)]


@action("admin.correct_project", lambda: rows(Project, "title"))
def _(world: World) -> list[Ask]:
    form = {
        **dict.fromkeys(("benefit", "stop_reason", "place", "tags", "description"), ""),
        **dict.fromkeys(Story.STORY_FIELDS, ""),
        "title": "Rättad",
        "stage": "pilot",
        "language": "sv",
        "action-publish": "1",
    }
    return [post("wagtailsnippets_projects_project:edit", project(world).pk, **form)]


@action("admin.keep_vocabulary", lambda: rows(Tag))
def _(world: World) -> list[Ask]:
    return [Ask(reverse("wagtailsnippets_knowledge_tag:add"), {"name": "uggla", "slug": "uggla"})]


@action("admin.upload_file", lambda: rows(File))
def _(world: World) -> list[Ask]:
    return [post("wagtaildocs:add", title="Mall", file=Upload(b"PK", "mall.docx"), readers="members")]


@action("admin.narrow_file", lambda: rows(File, "subject__audience"))
def _(world: World) -> list[Ask]:
    made = File.objects.create(title="Mall", file=ContentFile(b"PK", "mall.docx"))
    set_visibility(instance=made, visibility="public", is_out=True)
    return [post("wagtaildocs:edit", made.pk, title="Mall", readers="organisation")]


def given_up() -> DBTaskResult:
    return DBTaskResult.objects.create(
        task_path=reconcile_indexes.module_path,
        queue_name="index",
        backend_name="default",
        args_kwargs={"args": [], "kwargs": {}},
        status=TaskResultStatus.FAILED,
        run_after=timezone.now(),
        finished_at=timezone.now(),
    )


@action("operations.retry_task", lambda: rows(DBTaskResult, "status"))
def _(world: World) -> list[Ask]:
    return [post("work_retry", given_up().pk)]


@action("operations.drop_task", lambda: list(DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)))
def _(world: World) -> list[Ask]:
    return [post("work_drop", given_up().pk)]


@action("admin.change_rights", lambda: rows(Member, "is_active"))
def _(world: World) -> list[Ask]:
    them = world.stranger
    names = {"first_name": them.first_name, "last_name": them.last_name, "email": them.email}
    return [post("wagtailusers_users:edit", them.pk, **names)]

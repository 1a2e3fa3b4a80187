"""Unpublished projects and use cases can be deleted completely, unless other members take part in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry, PageLogEntry, Revision, TaskState, WorkflowState

from community.audit.models import LogEntry
from community.discussions.services import post_message, remove_post, thread_of
from community.mail.models import Address, Delivery
from community.members.models import Member
from community.notifications.models import Inbox, Notice
from community.projects import services
from community.projects.models import Project
from community.use_cases import services as use_cases
from core.refusals import NotAllowed
from knowledge.models import RenderedText, UseCasePage, Work
from knowledge.models.rendered import markdown_of
from knowledge.querysets import digest_of
from knowledge.rendering import keep_all_html, keep_html
from knowledge.seeding import EDITORS
from knowledge.services import UseCaseText, answer_review
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    translated,
)
from tests.support.subjects import show_to
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

OURS = ("subjects", "community", "knowledge", "search")
OF_MEMBERS = (LogEntry, Address, Delivery, Inbox)
"""Models whose rows belong to members and not to a draft: addresses, mail and audit log."""


class Desk:
    """An author, a colleague in the same organisation, and a newcomer whose membership waits."""

    def __init__(self) -> None:
        membership = MembershipFactory()
        self.author: Member = membership.member
        self.organisation = membership.organisation
        self.colleague: Member = MembershipFactory(organisation=self.organisation).member
        self.newcomer: Member = MembershipFactory(organisation=self.organisation, waiting=True).member
        self.editor: Member = MemberFactory()
        self.editor.groups.add(Group.objects.get(name=EDITORS))

    def project(self, author: Member | None = None, **card: Any) -> Project:
        return ProjectFactory(
            organisation=self.organisation, author=author or self.author, publish=False, **card
        )

    def withdrawn(self) -> Project:
        made = ProjectFactory(organisation=self.organisation, author=self.author)
        run_due_tasks("index")
        services.withdraw_project(actor=self.colleague, project=made)
        return Project.objects.get(pk=made.pk)

    def use_case(self) -> UseCasePage:
        text = UseCaseText(title="Sort mail", summary="Quicker.", stage="idea", story={"problem": "*Slow*."})
        return use_cases.write_use_case(
            actor=self.author, organisation=self.organisation, text=text, language="sv", submit=False
        )

    def sent_back(self) -> UseCasePage:
        page = self.use_case()
        use_cases.submit_use_case(actor=self.author, page=page)
        page = UseCasePage.objects.get(pk=page.pk)
        page.current_workflow_task_state.reject(user=self.editor, comment="Say what it cost.")
        page = UseCasePage.objects.get(pk=page.pk)
        answer_review(actor=self.author, page=page, text="It cost *nothing*.")
        return page

    def draft_of_a_newcomer(self) -> Project:
        return self.project(self.newcomer, title="A newcomer's")

    def draft_with_everything(self) -> Project:
        made = self.project(
            description="What *we* do.",
            offers="Our manual.",
            story={"problem": "Queues."},
            tags=["avfall"],
        )
        card = services.Card(
            title="Another title", stage="pilot", description="Said *otherwise*.", tags=["avfall"]
        )
        return services.edit_project(actor=self.author, project=made, card=card, publish=False)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def stored_rows() -> dict[type[Model], set[Any]]:
    """Return the ids of all rows of the project's models and of Wagtail's versions and reviews."""
    models = [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS and model not in OF_MEMBERS
    ]
    return {
        model: set(model._base_manager.values_list("pk", flat=True))
        for model in [*models, Revision, TaskState, WorkflowState]
    }


def subject_of(draft: Project | UseCasePage) -> Project | Work:
    return draft.work if isinstance(draft, UseCasePage) else draft


def delete(draft: Project | UseCasePage, actor: Member) -> None:
    if isinstance(draft, UseCasePage):
        use_cases.delete_use_case(actor=actor, page=draft)
    else:
        services.delete_draft(actor=actor, project=draft)


def address(draft: Project | UseCasePage) -> str:
    name = "use_cases:delete" if isinstance(draft, UseCasePage) else "projects:delete"
    return reverse(name, args=[draft.pk])


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


DRAFTS = pytest.mark.parametrize(
    ("make", "who"),
    [
        (Desk.draft_with_everything, "author"),
        (Desk.draft_with_everything, "colleague"),
        (Desk.draft_of_a_newcomer, "newcomer"),
        (Desk.withdrawn, "author"),
        (Desk.use_case, "author"),
        (Desk.sent_back, "author"),
    ],
)
Make = Callable[[Desk], Any]


@DRAFTS
def test_deleting_a_draft_deletes_all_its_rows(make: Make, who: str, desk: Desk) -> None:
    ProjectFactory(tags=["avfall"])
    run_due_tasks()
    before = stored_rows()
    draft, actor = make(desk), getattr(desk, who)
    subject = subject_of(draft)
    post = post_message(thread=thread_of(subject), actor=actor, text="A *note* of my own.")
    texts = [text for text in (post.text, *markdown_of(draft).values()) if text]
    keep_html(texts)  # An unpublished use case has HTML only after it was shown.
    words = {digest_of(text) for text in texts}
    assert RenderedText.objects.of(words).count() == len(words)
    run_due_tasks()
    Notice.objects.get_or_create(
        member=desk.author,
        subject=subject.subject,
        kind="posts",
        defaults={"since_event": 0, "last_event": 1, "told_at": timezone.now()},
    )
    delete(draft, actor)
    run_due_tasks()
    assert RenderedText.objects.of(words).count() == 0
    keep_all_html()  # Also erases the HTML of older versions, as the nightly task does.
    assert stored_rows() == before


@DRAFTS
def test_deleting_asks_for_confirmation_and_redirects_to_the_members_own_page(
    make: Make, who: str, desk: Desk
) -> None:
    draft, browser = make(desk), signed_in(getattr(desk, who))
    subject = subject_of(draft)
    assert browser.get(address(draft)).status_code == 200
    assert type(subject).objects.filter(pk=subject.pk).exists()
    with translation.override("sv"):
        response = browser.post(address(draft))
        assert response.url == reverse("projects:mine")
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Utkastet är borttaget."]
    assert not type(subject).objects.filter(pk=subject.pk).exists()
    assert browser.get(address(draft)).status_code == 404


def test_the_confirmation_is_hidden_from_members_who_cannot_see_the_draft(desk: Desk) -> None:
    for draft in (desk.project(), desk.draft_of_a_newcomer(), desk.use_case()):
        assert signed_in(MembershipFactory().member).get(address(draft)).status_code == 404
        assert Client().get(address(draft)).status_code == 302
    assert signed_in(desk.colleague).get(address(desk.use_case())).status_code == 404


# --- refused


def published(desk: Desk) -> Project:
    return ProjectFactory(organisation=desk.organisation, author=desk.author)


def from_an_inventory(desk: Desk) -> Project:
    return ReferenceFactory(organisation=desk.organisation, live=False)


def published_use_case(desk: Desk) -> UseCasePage:
    page = desk.use_case()
    page.get_latest_revision().publish()
    return UseCasePage.objects.get(pk=page.pk)


def with_the_editors(desk: Desk) -> UseCasePage:
    page = desk.use_case()
    use_cases.submit_use_case(actor=desk.author, page=page)
    return UseCasePage.objects.get(pk=page.pk)


def translated_use_case(desk: Desk) -> UseCasePage:
    page = desk.use_case()
    translated(page)
    return page


@pytest.mark.parametrize(
    "make", [published, from_an_inventory, published_use_case, with_the_editors, translated_use_case]
)
def test_published_submitted_and_imported_subjects_cannot_be_deleted(make: Make, desk: Desk) -> None:
    draft = make(desk)
    before = stored_rows()
    with pytest.raises(NotAllowed):
        delete(draft, desk.author)
    for browser in (signed_in(desk.author), signed_in(desk.colleague)):
        assert browser.get(address(draft)).status_code in (403, 404)
        assert browser.post(address(draft)).status_code in (403, 404)
    assert stored_rows() == before


def test_a_colleague_cannot_delete_a_draft_that_only_its_author_sees(desk: Desk) -> None:
    draft = desk.draft_of_a_newcomer()
    with pytest.raises(NotAllowed):
        services.delete_draft(actor=desk.colleague, project=draft)
    assert signed_in(desk.colleague).post(address(draft)).status_code == 404
    assert Project.objects.filter(pk=draft.pk).exists()


def colleague_writes(desk: Desk, subject: Project | Work) -> None:
    post_message(thread=thread_of(subject), actor=desk.editor, text="Have you asked Nybo?")


def another_adopts(desk: Desk, subject: Project | Work) -> None:
    place = {"project": subject} if isinstance(subject, Project) else {"work": subject}
    ParticipationFactory(**place)


@pytest.mark.parametrize("take_part", [colleague_writes, another_adopts])
@pytest.mark.parametrize("make", [Desk.withdrawn, Desk.use_case])
def test_a_draft_in_which_others_take_part_cannot_be_deleted(
    make: Make, take_part: Callable[..., None], desk: Desk
) -> None:
    draft = make(desk)
    subject = subject_of(draft)
    show_to(subject, subject.audience | {"members"})
    take_part(desk, subject)
    before = stored_rows()
    with pytest.raises(services.OthersTakePart):
        delete(draft, desk.author)
    browser = signed_in(desk.author)
    for response in (browser.get(address(draft)), browser.post(address(draft))):
        assert response.status_code == 409
        assert "Det skulle gå förlorat" in response.content.decode()
    assert stored_rows() == before


def test_a_removed_post_of_another_does_not_prevent_deleting(desk: Desk) -> None:
    draft = desk.project()
    post = post_message(thread=thread_of(draft), actor=desk.colleague, text="Never mind.")
    with pytest.raises(services.OthersTakePart):
        delete(draft, desk.author)
    remove_post(post=post, actor=desk.colleague)
    delete(draft, desk.author)
    assert not Project.objects.filter(pk=draft.pk).exists()


# --- links and the audit log


def test_only_a_draft_has_links_to_delete_it_on_its_page_and_form(
    desk: Desk,
) -> None:
    browser = signed_in(desk.author)
    for project, is_offered in ((desk.project(), True), (published(desk), False)):
        for page in (project.get_absolute_url(), reverse("projects:edit", args=[project.pk])):
            assert (address(project) in browser.get(page).content.decode()) is is_offered, page


def test_a_use_case_has_links_to_delete_it_until_it_is_submitted(desk: Desk) -> None:
    browser, page = signed_in(desk.author), desk.use_case()
    for place in (reverse("use_cases:edit", args=[page.pk]), reverse("projects:mine")):
        assert address(page) in browser.get(place).content.decode()
    use_cases.submit_use_case(actor=desk.author, page=page)
    assert address(page) not in browser.get(reverse("projects:mine")).content.decode()


def test_deleting_a_draft_is_logged_with_the_actor(desk: Desk) -> None:
    project, page = desk.project(title="A secret plan"), desk.use_case()
    delete(project, desk.author)
    delete(page, desk.author)
    entry = ModelLogEntry.objects.get(action="projects.delete_draft", object_id=str(project.pk))
    assert (entry.user, "secret" in entry.label) == (desk.author, False)
    assert PageLogEntry.objects.get(action="wagtail.delete", page_id=page.pk).user == desk.author


def test_a_colleagues_own_page_does_not_show_the_draft_of_a_waiting_newcomer(desk: Desk) -> None:
    draft = desk.draft_of_a_newcomer()
    mine = reverse("projects:mine")
    assert draft.get_absolute_url() in signed_in(desk.newcomer).get(mine).content.decode()
    shown = signed_in(desk.colleague).get(mine).content.decode()
    assert draft.get_absolute_url() not in shown
    assert "A newcomer" not in shown

"""A use case is submitted, sent back with a reason, answered and approved, with a notice of the site for each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ReferenceType

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.dispatch import Signal
from django.test import Client, override_settings
from django.urls import reverse
from wagtail import signals
from wagtail.admin.mail import Notifier

from community.mail.models import Delivery
from community.members.models import Member
from community.notifications.models import Inbox
from community.notifications.reading import NoticeView
from knowledge.models import ReviewAnswer, UseCasePage
from knowledge.seeding import EDITORS
from tests.factories import GuideFactory, MemberFactory, MembershipFactory, translated
from tests.support.notices import notices_of, run_notices, sentences

pytestmark = pytest.mark.django_db

ANSWERS = {"title": "Gatuljus", "summary": "Lägre räkning.", "stage": "in_use"}
REASON = "Skriv vad det kostade.\nOch vem som betalade."
ANSWER = "Kostnaden står nu under Kostnad och tid."


class UnreachableMailServer(BaseEmailBackend):
    """A mail server that cannot be reached, as in a network without internet access."""

    def open(self) -> bool:
        raise OSError("The mail server is unreachable")

    def send_messages(self, email_messages: Any) -> int:
        raise OSError("The mail server is unreachable")


UNREACHABLE = f"{__name__}.UnreachableMailServer"


class Desk:
    """The author of a use case and two editors, each with a signed-in client."""

    def __init__(self) -> None:
        membership = MembershipFactory(member__first_name="Anna", member__last_name="Berg")
        self.author, self.organisation = membership.member, membership.organisation
        self.editor, self.colleague = (
            MemberFactory(first_name=name, last_name="Ek") for name in ("Eva", "Ola")
        )
        for member in (self.editor, self.colleague):
            member.groups.add(Group.objects.get(name=EDITORS))
        self.writing, self.editing = Client(), Client()
        self.writing.force_login(self.author)
        self.editing.force_login(self.editor)

    def write(self) -> UseCasePage:
        answers = {**ANSWERS, "organisation": self.organisation.slug, "submit": "1"}
        assert self.writing.post(reverse("use_cases:write"), answers).status_code == 302
        run_notices()
        return UseCasePage.objects.get()

    def form(self, page: UseCasePage) -> str:
        return reverse("use_cases:edit", args=[page.pk])

    def save(self, page: UseCasePage, action: str, **more: str) -> Any:
        answer = self.writing.post(self.form(page), {**ANSWERS, **more, action: "1"})
        run_notices()
        return answer

    def decide(self, page: UseCasePage, action: str, comment: str = "") -> None:
        """Press the editor's button in the admin."""
        page = UseCasePage.objects.get(pk=page.pk)
        task = page.current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        assert self.editing.post(url, {"comment": comment}).status_code in (200, 302)
        run_notices()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def only_notice(member: Member) -> NoticeView:

    (notice,) = notices_of(member)
    return notice


def test_no_mail_receiver_of_wagtail_is_connected() -> None:
    """Checks the receivers of all senders. A signal holds a receiver or a weak reference to it."""
    held = [
        entry[1]
        for signal in vars(signals).values()
        if isinstance(signal, Signal)
        for entry in signal.receivers
    ]
    receivers = [each() if isinstance(each, ReferenceType) else each for each in held]
    assert receivers
    assert [receiver for receiver in receivers if isinstance(receiver, Notifier)] == []


@override_settings(EMAIL_BACKEND=UNREACHABLE)
def test_submitting_rejecting_and_approving_work_while_the_mail_server_is_unreachable(
    desk: Desk,
) -> None:
    answers = {**ANSWERS, "organisation": desk.organisation.slug, "submit": "1"}
    assert desk.writing.post(reverse("use_cases:write"), answers).status_code == 302
    page = UseCasePage.objects.get()
    for action in ("reject", "approve"):
        task = UseCasePage.objects.get().current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        assert desk.editing.post(url, {"comment": REASON}).status_code in (200, 302)
        if action == "reject":
            again = desk.writing.post(desk.form(page), {**ANSWERS, "answer": ANSWER, "submit": "1"})
            assert again.status_code == 302
    assert UseCasePage.objects.get().live


def test_the_editor_has_no_comments_because_wagtail_would_mail_them(desk: Desk) -> None:
    page = GuideFactory()
    html = desk.editing.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    assert "comments-TOTAL_FORMS" not in html
    assert mail.outbox == []


def test_each_editor_gets_a_notice_of_a_submission_until_one_has_answered(desk: Desk) -> None:
    page = desk.write()
    for editor in (desk.editor, desk.colleague):
        notice = only_notice(editor)
        assert (notice.kind.code, notice.who) == ("review_requested", "Anna Berg")
        assert notice.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert sentences(desk.author) == []
    desk.decide(page, "reject", REASON)
    assert sentences(desk.editor) == sentences(desk.colleague) == [], "one editor has answered"


def test_a_former_editor_sees_no_review_notices(desk: Desk) -> None:
    desk.write()
    desk.colleague.groups.clear()
    run_notices()
    assert sentences(desk.colleague) == []
    assert len(sentences(desk.editor)) == 1


def test_the_reason_is_in_the_notice_the_mail_and_on_the_pages_of_the_author(desk: Desk) -> None:
    # Without quiet hours, the mail is sent at any hour at which the test runs.
    Inbox.objects.update_or_create(pk=desk.author.pk, defaults={"quiet_from": None, "quiet_until": None})
    page = desk.write()
    desk.decide(page, "reject", REASON)
    notice = only_notice(desk.author)
    assert notice.kind.code == "use_case_sent_back"
    assert notice.quote == REASON
    assert notice.url == desk.form(page)
    shown = desk.writing.get(reverse("notifications:notices")).content.decode()
    assert "Och vem som betalade." in shown
    (sent,) = Delivery.objects.filter(address__email=desk.author.email)
    for text in (sent.text, sent.html):
        assert "Skriv vad det kostade." in text
        assert "Och vem som betalade." in text
    form = desk.writing.get(desk.form(page)).content.decode()
    assert "Och vem som betalade." in form
    assert "Eva Ek" in form
    assert 'name="answer"' in form
    assert "Skriv vad det kostade." in desk.writing.get(reverse("projects:mine")).content.decode()


def test_a_colleague_does_not_see_the_reason(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    assert colleague.get(desk.form(page)).status_code == 404
    assert "vad det kostade" not in colleague.get(reverse("projects:mine")).content.decode()


@pytest.mark.parametrize("action", ["draft", "submit"])
def test_the_reviewer_gets_the_authors_answer_in_the_admin_and_in_a_notice(desk: Desk, action: str) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    assert desk.save(page, action, answer=ANSWER).status_code == 302
    notices = {notice.kind.code: notice for notice in notices_of(desk.editor)}
    assert notices["review_answered"].who == "Anna Berg"
    assert notices["review_answered"].quote == ANSWER
    assert ("review_requested" in notices) == (action == "submit")
    assert "review_answered" not in {notice.kind.code for notice in notices_of(desk.colleague)}
    admin = desk.editing.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    assert ANSWER in admin
    assert "Skriv vad det kostade." in admin


def test_only_a_use_case_that_was_sent_back_can_be_answered(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    desk.save(page, "submit", answer=ANSWER)
    assert desk.save(page, "draft", answer="En gång till").status_code == 403, "the editors are reviewing it"
    assert ReviewAnswer.objects.count() == 1


def test_the_notice_of_the_publication_quotes_the_reviewer(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "approve", "Tack, det här hjälper många.")
    notice = only_notice(desk.author)
    assert notice.kind.code == "use_case_published"
    assert notice.quote == "Tack, det här hjälper många."
    assert notice.url == UseCasePage.objects.get().url


def test_publishing_a_translation_later_causes_no_notice(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "approve")
    before = only_notice(desk.author).notice.last_event
    translated(UseCasePage.objects.get(), title="Street lights", slug="street-lights")
    run_notices()
    assert only_notice(desk.author).notice.last_event == before


def test_no_notice_or_mail_links_an_author_to_the_admin(
    desk: Desk, assert_no_admin_links: Callable[[], None]
) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    assert_no_admin_links()
    desk.save(page, "submit", answer=ANSWER)
    desk.decide(page, "approve")
    assert_no_admin_links()


@pytest.fixture
def assert_no_admin_links(desk: Desk) -> Callable[[], None]:
    def check() -> None:
        assert notices_of(desk.author)
        for notice in notices_of(desk.author):
            assert "/admin/" not in notice.url
        for delivery in Delivery.objects.filter(address__email=desk.author.email):
            assert "/admin/" not in f"{delivery.text} {delivery.html}"

    return check


def test_notices_of_a_page_between_editors_link_to_the_admin(desk: Desk) -> None:
    page = GuideFactory(title="Börja smått", live=False, owner=desk.colleague)
    page.get_workflow().start(page, desk.colleague)
    run_notices()
    assert only_notice(desk.editor).who == "Ola Ek"
    page = type(page).objects.get(pk=page.pk)
    page.current_workflow_task_state.reject(user=desk.editor, comment="Kortare, tack.")
    run_notices()
    notice = only_notice(desk.colleague)
    assert notice.quote == "Kortare, tack."
    assert notice.url == reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_only_editors_have_settings_for_review_notices(desk: Desk) -> None:
    settings = reverse("notifications:settings")
    assert "site_review_requested" in desk.editing.get(settings).content.decode()
    assert "site_review_requested" not in desk.writing.get(settings).content.decode()

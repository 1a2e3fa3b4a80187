"""A use case is sent in, sent back with a reason, answered and approved: the site's own notices say so each time."""

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

TOLD = {"title": "Gatuljus", "summary": "Lägre räkning.", "stage": "in_use"}
REASON = "Skriv vad det kostade.\nOch vem som betalade."
ANSWER = "Kostnaden står nu under Kostnad och tid."


class AwayMailServer(BaseEmailBackend):
    """A port where no server listens, as in a network without a way out."""

    def open(self) -> bool:
        raise OSError("No way to the mail server")

    def send_messages(self, email_messages: Any) -> int:
        raise OSError("No way to the mail server")


AWAY = f"{__name__}.AwayMailServer"


class Desk:
    """The author of a use case and two editors, each at a browser."""

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
        answers = {**TOLD, "organisation": self.organisation.slug, "submit": "1"}
        assert self.writing.post(reverse("projects:write_use_case"), answers).status_code == 302
        run_notices()
        return UseCasePage.objects.get()

    def form(self, page: UseCasePage) -> str:
        return reverse("projects:edit_use_case", args=[page.pk])

    def save(self, page: UseCasePage, action: str, **more: str) -> Any:
        answer = self.writing.post(self.form(page), {**TOLD, **more, action: "1"})
        run_notices()
        return answer

    def decide(self, page: UseCasePage, action: str, comment: str = "") -> None:
        """The editor's own button in the admin."""
        page = UseCasePage.objects.get(pk=page.pk)
        task = page.current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        assert self.editing.post(url, {"comment": comment}).status_code in (200, 302)
        run_notices()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def one(member: Member) -> NoticeView:
    (told,) = notices_of(member)
    return told


def test_no_mail_sender_of_wagtails_listens() -> None:
    """Whatever sender they listen to; a signal holds a receiver weakly or as it is."""
    held = [
        entry[1]
        for signal in vars(signals).values()
        if isinstance(signal, Signal)
        for entry in signal.receivers
    ]
    receivers = [one() if isinstance(one, ReferenceType) else one for one in held]
    assert receivers
    assert [receiver for receiver in receivers if isinstance(receiver, Notifier)] == []


@override_settings(EMAIL_BACKEND=AWAY)
def test_a_mail_server_that_is_away_stops_nobody_from_sending_in_sending_back_and_approving(
    desk: Desk,
) -> None:
    answers = {**TOLD, "organisation": desk.organisation.slug, "submit": "1"}
    assert desk.writing.post(reverse("projects:write_use_case"), answers).status_code == 302
    page = UseCasePage.objects.get()
    for action in ("reject", "approve"):
        task = UseCasePage.objects.get().current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        assert desk.editing.post(url, {"comment": REASON}).status_code in (200, 302)
        if action == "reject":
            again = desk.writing.post(desk.form(page), {**TOLD, "answer": ANSWER, "submit": "1"})
            assert again.status_code == 302
    assert UseCasePage.objects.get().live


def test_editors_edit_without_the_comments_that_wagtail_would_mail(desk: Desk) -> None:
    page = GuideFactory()
    html = desk.editing.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    assert "comments-TOTAL_FORMS" not in html
    assert mail.outbox == []


def test_what_is_sent_in_is_told_to_every_editor_until_one_has_answered(desk: Desk) -> None:
    page = desk.write()
    for editor in (desk.editor, desk.colleague):
        told = one(editor)
        assert (told.kind.code, told.who) == ("review_requested", "Anna Berg")
        assert told.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert sentences(desk.author) == []
    desk.decide(page, "reject", REASON)
    assert sentences(desk.editor) == sentences(desk.colleague) == [], "somebody has answered"


def test_no_editor_any_more_is_told_nothing_any_more(desk: Desk) -> None:
    desk.write()
    desk.colleague.groups.clear()
    run_notices()
    assert sentences(desk.colleague) == []
    assert len(sentences(desk.editor)) == 1


def test_the_reason_stands_in_the_notice_in_the_mail_and_on_the_authors_page(desk: Desk) -> None:
    # No quiet hours: the mail is sent at whatever hour the test runs.
    Inbox.objects.update_or_create(pk=desk.author.pk, defaults={"quiet_from": None, "quiet_until": None})
    page = desk.write()
    desk.decide(page, "reject", REASON)
    told = one(desk.author)
    assert told.kind.code == "use_case_sent_back"
    assert told.quote == REASON
    assert told.url == desk.form(page)
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


def test_the_reason_is_for_nobody_but_author_and_editors(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    assert colleague.get(desk.form(page)).status_code == 404
    assert "vad det kostade" not in colleague.get(reverse("projects:mine")).content.decode()


@pytest.mark.parametrize("action", ["draft", "submit"])
def test_the_authors_answer_reaches_the_reviewer_in_the_admin_and_by_a_notice(
    desk: Desk, action: str
) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    assert desk.save(page, action, answer=ANSWER).status_code == 302
    told = {told.kind.code: told for told in notices_of(desk.editor)}
    assert told["review_answered"].who == "Anna Berg"
    assert told["review_answered"].quote == ANSWER
    assert ("review_requested" in told) == (action == "submit")
    assert "review_answered" not in {told.kind.code for told in notices_of(desk.colleague)}
    admin = desk.editing.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    assert ANSWER in admin
    assert "Skriv vad det kostade." in admin


def test_an_answer_is_asked_for_only_where_something_was_sent_back(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    desk.save(page, "submit", answer=ANSWER)
    assert desk.save(page, "draft", answer="En gång till").status_code == 403, "it is with the editors"
    assert ReviewAnswer.objects.count() == 1


def test_what_a_reviewer_wrote_on_approving_comes_with_the_news(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "approve", "Tack, det här hjälper många.")
    told = one(desk.author)
    assert told.kind.code == "use_case_published"
    assert told.quote == "Tack, det här hjälper många."
    assert told.url == UseCasePage.objects.get().url


def test_a_translation_published_later_is_no_news_to_the_author(desk: Desk) -> None:
    page = desk.write()
    desk.decide(page, "approve")
    before = one(desk.author).notice.last_event
    translated(UseCasePage.objects.get(), title="Street lights", slug="street-lights")
    run_notices()
    assert one(desk.author).notice.last_event == before


def test_nothing_leads_an_author_to_the_admin(desk: Desk, admin_free: Callable[[], None]) -> None:
    page = desk.write()
    desk.decide(page, "reject", REASON)
    admin_free()
    desk.save(page, "submit", answer=ANSWER)
    desk.decide(page, "approve")
    admin_free()


@pytest.fixture
def admin_free(desk: Desk) -> Callable[[], None]:
    def check() -> None:
        assert notices_of(desk.author)
        for told in notices_of(desk.author):
            assert "/admin/" not in told.url
        for delivery in Delivery.objects.filter(address__email=desk.author.email):
            assert "/admin/" not in f"{delivery.text} {delivery.html}"

    return check


def test_a_page_that_editors_review_among_themselves_is_told_of_in_the_admin(desk: Desk) -> None:
    page = GuideFactory(title="Börja smått", live=False, owner=desk.colleague)
    page.get_workflow().start(page, desk.colleague)
    run_notices()
    assert one(desk.editor).who == "Ola Ek"
    page = type(page).objects.get(pk=page.pk)
    page.current_workflow_task_state.reject(user=desk.editor, comment="Kortare, tack.")
    run_notices()
    told = one(desk.colleague)
    assert told.quote == "Kortare, tack."
    assert told.url == reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_only_those_who_review_choose_how_they_are_told_of_reviews(desk: Desk) -> None:
    settings = reverse("notifications:settings")
    assert "site_review_requested" in desk.editing.get(settings).content.decode()
    assert "site_review_requested" not in desk.writing.get(settings).content.decode()

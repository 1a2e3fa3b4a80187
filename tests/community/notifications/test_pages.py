"""The bell, the list of notices, muting, the settings and the feed, as a member uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from community.discussions.models import Post
from community.discussions.services import thread_of
from community.mail.models import Subscription
from community.mail.services import address_for, address_of, resubscribe, unsubscribe
from community.mail.streams import NEWSLETTER
from community.notifications import services
from community.notifications.models import Choice, Inbox, Mute, Notice
from community.notifications.preferences import Preference, preferences_of
from community.organisations import services as organisations
from community.projects import services as projects
from community.projects.models import Project
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory, UseCaseFactory, translated
from tests.support.notices import notices_of, run_notices, sentences, unseen
from tests.topology.harness.people import Form

pytestmark = pytest.mark.django_db

Say = Callable[..., Post]
with translation.override("en"):
    PAGE, SETTINGS = reverse("notifications:notices"), reverse("notifications:settings")


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


@pytest.fixture
def anna(client: Client, project: Project) -> Client:
    """A client that is signed in as the project's author."""
    client.force_login(project.author)
    return client


def bell(client: Client) -> int:
    return int(client.get(reverse("notifications:bell")).json()["unseen"])


def html(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def mark_read(client: Client, page: str) -> None:
    """Post the form that `bell.js` posts when a visible page has unread notices about its subject."""
    [form] = re.findall(r'<form[^>]* data-mark-read="unread".*?</form>', page)
    found = Form(f"<main>{form}")
    assert client.post(found.action, found.fields).status_code == 200


# --- the bell


def test_every_page_has_a_bell_with_the_unseen_count_and_a_plain_link(
    anna: Client, project: Project, say: Say
) -> None:
    assert 'data-unseen="0"' in html(anna, "/en/")
    say(MemberFactory())
    page = html(anna, "/en/")
    assert 'data-unseen="1"' in page
    assert f'href="{PAGE}"' in page
    assert bell(anna) == 1
    assert "data-bell" not in html(Client(), "/en/"), "visitors have no bell"


def test_the_bell_needs_one_query(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    with CaptureQueriesContext(connection) as queries:
        html(anna, reverse("members:profile"))
    of_notices = [query["sql"] for query in queries if "notifications_" in query["sql"]]
    assert len(of_notices) == 1


def test_the_bell_does_not_count_notices_of_hidden_subjects(project: Project, say: Say) -> None:
    bo, his = MemberFactory(), Client()
    his.force_login(bo)
    say(bo)
    say(project.author)
    assert bell(his) == 1
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    assert bell(his) == 0


# --- the page


def test_the_page_lists_the_newest_notice_first_each_with_a_reason_and_a_mute_button(
    anna: Client, project: Project, say: Say
) -> None:
    other = ProjectFactory(organisation=project.organisation, author=project.author, title="Another thing")
    say(MemberFactory())
    say(MemberFactory(), about=other)
    page = html(anna, PAGE)
    assert page.index("Another thing") < page.index("Answer questions about waste")
    assert page.count("You are receiving this because you wrote it.") == 2
    assert page.count("Mute this") == 2


def test_each_member_sees_the_reason_that_applies_to_them(project: Project, say: Say) -> None:
    colleague = MembershipFactory(organisation=project.organisation).member
    bo = MemberFactory()
    say(bo)
    say(MemberFactory())
    reasons = {
        person: [str(notice.why) for notice in notices_of(person)]
        for person in (bo, project.author, colleague)
    }
    assert reasons == {
        bo: ["You are receiving this because you have written there."],
        project.author: ["You are receiving this because you wrote it."],
        colleague: ["You are receiving this because your organisation is responsible for it."],
    }


def test_having_posted_is_the_reason_also_for_the_author_of_the_subject(project: Project, say: Say) -> None:
    say(project.author)
    say(MemberFactory())
    assert [str(notice.why) for notice in notices_of(project.author)] == [
        "You are receiving this because you have written there."
    ]


def test_a_title_in_another_language_has_a_lang_attribute(anna: Client, project: Project, say: Say) -> None:
    Project.objects.filter(pk=project.pk).update(language="sv")
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    page = html(anna, PAGE)
    assert f'Bo Ek wrote in “<span lang="sv">{project.title}</span>”' in page
    assert "In Swedish" in page
    Project.objects.filter(pk=project.pk).update(language="en")
    page = html(anna, PAGE)
    assert f'<span lang="en">{project.title}</span>' in page
    assert "In Swedish" not in page


def test_a_use_case_has_its_title_in_the_readers_language(anna: Client, project: Project) -> None:
    swedish = UseCaseFactory(title="Tända gatan")
    translated(swedish, title="Light the street")
    services.notify(
        kind="adopters", member_ids=[project.author_id], subject_id=swedish.work.subject_id, key="x:1"
    )
    page = html(anna, PAGE)
    assert "Light the street" in page
    assert "Tända gatan" not in page


def test_a_title_is_escaped(anna: Client, project: Project, say: Say) -> None:
    Project.objects.filter(pk=project.pk).update(title="<script>alert(1)</script>")
    say(MemberFactory(first_name="<b>Bo", last_name="Ek"))
    page = html(anna, PAGE)
    assert "<script>alert" not in page
    assert "<b>Bo" not in page


def test_notices_are_grouped_by_day(anna: Client, project: Project, say: Say) -> None:
    others = [
        ProjectFactory(organisation=project.organisation, author=project.author, title=f"No {days}")
        for days in range(3)
    ]
    now = timezone.now()
    for days, other in enumerate(others):
        say(MemberFactory(), about=other)
        rows = Notice.objects.filter(subject=other.subject_id)
        rows.update(told_at=now - timedelta(days=days))
    page = html(anna, PAGE)
    before = date_format(timezone.localdate() - timedelta(days=2), "j F Y")
    order = [page.index(text) for text in ("Today", "No 0", "Yesterday", "No 1", before, "No 2")]
    assert order == sorted(order)
    assert page.count("Today") == 1


def test_marking_all_as_read_is_offered_only_with_unseen_notices(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    assert "Mark all as read" in html(anna, PAGE)
    anna.post(reverse("notifications:see_all"))
    anna.get(PAGE)
    assert "Mark all as read" not in html(anna, PAGE)


def test_the_page_needs_no_more_queries_for_more_notices(anna: Client, project: Project, say: Say) -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            html(anna, PAGE)
        return len(queries)

    def grow() -> None:
        mine = ProjectFactory(organisation=project.organisation, author=project.author)
        say(MemberFactory(), about=mine)
        organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
        adopter = MembershipFactory()
        projects.adopt(actor=adopter.member, organisation=adopter.organisation, subject=mine)
        run_notices()

    grow()
    html(anna, PAGE)
    few = count_queries()
    for _ in range(3):
        grow()
    html(anna, PAGE)
    assert count_queries() <= few <= 15


def test_many_notices_are_paginated(anna: Client, project: Project) -> None:
    for number in range(23):
        mine = ProjectFactory(organisation=project.organisation, author=project.author, title=f"No {number}.")
        services.notify(
            kind="posts", member_ids=[project.author_id], subject_id=mine.subject_id, key="post:1"
        )
    assert "No 22." in html(anna, PAGE)
    assert "No 2." not in html(anna, PAGE)
    assert "No 2." in html(anna, f"{PAGE}?page=2")


def test_visitors_are_sent_to_sign_in_and_notices_of_others_give_404(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    notice = Notice.objects.get(member=project.author)
    eva = Client()
    eva.force_login(MemberFactory())
    for name in ("open", "less"):
        url = reverse(f"notifications:{name}", args=[notice.pk])
        assert Client().post(url).status_code in (302, 405)
        assert eva.post(url).status_code in (404, 405)
    assert eva.get(reverse("notifications:open", args=[notice.pk])).status_code == 404
    assert unseen(project.author)
    for name in ("notices", "settings"):
        assert Client().get(reverse(f"notifications:{name}")).status_code == 302


# --- seen


def test_opening_a_notice_redirects_to_the_post_and_marks_it_read(
    anna: Client, project: Project, say: Say
) -> None:
    post = say(MemberFactory())
    notice = Notice.objects.get(member=project.author)
    response = anna.get(reverse("notifications:open", args=[notice.pk]))
    assert response["Location"] == f"{project.get_absolute_url()}#post-{post.number}"
    assert unseen(project.author) == []


@pytest.mark.parametrize("where", ["subject", "thread"])
def test_opening_the_subject_of_a_notice_marks_it_read_for_that_member_only(
    anna: Client, project: Project, say: Say, where: str
) -> None:
    colleague = MembershipFactory(organisation=project.organisation).member
    say(MemberFactory())
    address = project.get_absolute_url() if where == "subject" else thread_of(project).get_absolute_url()
    assert "data-mark-read" not in html(Client(), address)
    page = html(anna, address)
    assert len(unseen(project.author)) == 1, "fetching a page marks nothing as read"
    mark_read(anna, page)
    assert unseen(project.author) == []
    assert len(unseen(colleague)) == 1
    assert bell(anna) == 0
    assert 'data-mark-read=""' in html(anna, address)


def test_a_page_needs_one_query_for_unread_notices_and_writes_nothing(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    html(anna, project.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        html(anna, project.get_absolute_url())
    of_notices = [query["sql"] for query in queries if "notifications_" in query["sql"]]
    assert len(of_notices) == 2, "one for the bell, one for unread notices of the subject"
    assert not [sql for sql in of_notices if sql.startswith(("UPDATE", "INSERT"))]


def test_opening_the_organisation_marks_its_requests_read(anna: Client, project: Project) -> None:
    organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
    run_notices()
    assert len(unseen(project.author)) == 1
    page = html(anna, project.organisation.get_absolute_url())
    assert len(unseen(project.author)) == 1
    mark_read(anna, page)
    assert unseen(project.author) == []


def test_opening_a_reviewed_draft_marks_its_notices_read(project: Project) -> None:
    draft = UseCaseFactory(owner=project.author, live=False)
    services.notify(
        kind="use_case_sent_back",
        member_ids=[draft.owner_id],
        subject_id=draft.work.subject_id,
        key=f"review:0:{draft.pk}",
    )
    author = Client()
    author.force_login(draft.owner)
    for name in ("read", "edit"):
        page = html(author, reverse(f"use_cases:{name}", args=[draft.pk]))
        assert 'data-mark-read="unread"' in page
    mark_read(author, page)
    assert unseen(draft.owner) == []


def test_marking_as_read_needs_the_csrf_token(project: Project, say: Say) -> None:
    say(MemberFactory())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(project.author)
    fields = {"kind": "project", "id": project.pk}
    assert strict.post(reverse("notifications:see"), fields).status_code == 403
    assert len(unseen(project.author)) == 1
    mark_read(strict, html(strict, project.get_absolute_url()))
    assert unseen(project.author) == []


def test_all_notices_can_be_marked_read_at_once(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    assert anna.get(reverse("notifications:see_all")).status_code == 405
    anna.post(reverse("notifications:see_all"))
    assert bell(anna) == 0
    assert len(sentences(project.author)) == 1, "they stay in the list"


def test_a_page_marks_notices_that_arrived_live_as_seen(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    answer = anna.post(reverse("notifications:see"), {"subject": project.subject_id})
    assert answer.json()["unseen"] == 0
    assert anna.post(reverse("notifications:see"), {"subject": "9" * 30}).status_code == 200


# --- fewer notices


def test_muting_a_thread_stops_its_notices_and_can_be_undone(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    notice = Notice.objects.get(member=project.author)
    done = anna.post(reverse("notifications:less", args=[notice.pk]))["Location"]
    page = html(anna, done)
    assert (
        "You will get no more notices about “Answer questions about waste”, whether about new posts," in page
    )
    assert "Mute this" not in page, "it is already muted"
    assert "Muted" in html(anna, PAGE)
    say(MemberFactory())
    assert unseen(project.author) == []
    assert project.title in html(anna, SETTINGS)
    anna.post(reverse("notifications:undo"), {"less": done.partition("less=")[2]})
    assert not Mute.objects.exists()
    say(MemberFactory())
    assert len(unseen(project.author)) == 1


def test_reducing_a_kind_goes_one_step_at_a_time_and_can_be_undone(anna: Client, project: Project) -> None:
    def ask() -> None:
        organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
        run_notices()

    def preference() -> Preference:
        return preferences_of(project.author_id)["membership_request"]

    ask()
    notice = Notice.objects.get(member=project.author)
    less = reverse("notifications:less", args=[notice.pk])
    assert preference() == Preference(on_site=True, mail="at_once")
    assert "will come in the digest, not immediately" in html(anna, anna.post(less)["Location"])
    assert preference() == Preference(on_site=True, mail="digest")
    assert "no more e-mail, only notices here" in html(anna, anna.post(less)["Location"])
    assert preference() == Preference(on_site=True, mail="off")
    done = anna.post(less)["Location"]
    assert "neither here nor by e-mail" in html(anna, done)
    assert sentences(project.author) == []
    assert bell(anna) == 0
    ask()
    assert sentences(project.author) == [], "the kind is turned off"
    anna.post(reverse("notifications:undo"), {"less": done.partition("less=")[2]})
    assert preference() == Preference(on_site=True, mail="off")
    assert len(sentences(project.author)) == 1


@pytest.mark.parametrize("less", ["", "kind:", "kind:nothing", "subject:x", "subject:0", "?"])
def test_undo_ignores_invalid_values(anna: Client, less: str) -> None:
    assert anna.get(PAGE, {"less": less}).status_code == 200
    assert anna.post(reverse("notifications:undo"), {"less": less}).status_code in (302, 404)


# --- settings


def settings_of(client: Client) -> dict[str, object]:
    """The fields that the unchanged form would send."""
    form = client.get(SETTINGS).context["form"]
    return {
        bound.name: bound.value()
        for bound in form
        if bound.value() is not None and bound.value() is not False
    }


def test_one_form_saves_all_settings(anna: Client, project: Project) -> None:
    fields = settings_of(anna)
    assert fields["frequency"] == "daily"
    assert fields["mail_membership_request"] == "at_once"
    assert fields["mail_posts"] == "digest"
    fields |= {"frequency": "weekly", "weekday": 4, "hour": 16, "quiet_from": 17, "quiet_until": 8}
    fields |= {"mail_posts": "off", "mail_membership_request": "digest"}
    del fields["site_adopters"]
    page = anna.post(SETTINGS, fields, follow=True).content.decode()
    assert "Saved. This is how we will notify you from now on." in page
    inbox = Inbox.objects.get(pk=project.author_id)
    assert (inbox.frequency, inbox.weekday, inbox.hour) == ("weekly", 4, 16)
    assert (inbox.quiet_from, inbox.quiet_until) == (17, 8)
    preferences = preferences_of(project.author_id)
    assert preferences["posts"] == Preference(on_site=True, mail="off")
    assert preferences["membership_request"] == Preference(on_site=True, mail="digest")
    assert preferences["adopters"] == Preference(on_site=False, mail="digest")
    assert settings_of(anna) == fields


def test_saving_the_unchanged_form_changes_nothing(anna: Client, project: Project) -> None:
    anna.post(SETTINGS, settings_of(anna))
    assert not Choice.objects.exists()
    assert not Subscription.objects.exists()


def test_unsubscribing_in_a_mail_and_in_the_settings_is_the_same_choice(
    anna: Client, project: Project
) -> None:
    address = address_of(project.author)
    unsubscribe(address=address, stream="notices.posts")
    fields = settings_of(anna)
    assert fields["mail_posts"] == "off"
    anna.post(SETTINGS, fields | {"mail_posts": "digest", "mail_adopters": "off", "frequency": "never"})
    address = address_of(project.author)
    assert address.accepts("notices.posts")
    assert not address.accepts("notices.adopters")
    assert not address.accepts("digest")
    assert settings_of(anna)["frequency"] == "never"


def test_a_member_subscribes_to_and_leaves_the_newsletter_in_the_settings(
    anna: Client, project: Project
) -> None:
    fields = settings_of(anna)
    assert "newsletter" not in fields, "members subscribe to it themselves"
    anna.post(SETTINGS, fields | {"newsletter": "on"})
    assert address_of(project.author).accepts(NEWSLETTER)
    assert settings_of(anna)["newsletter"] is True
    anna.post(SETTINGS, fields)
    assert not address_of(project.author).accepts(NEWSLETTER)


def test_the_newsletter_is_not_offered_for_an_unconfirmed_address(client: Client, project: Project) -> None:
    eva = MemberFactory()
    EmailAddress.objects.create(user=eva, email=eva.email, verified=False)
    resubscribe(address=address_for(eva.email), stream=NEWSLETTER)
    client.force_login(eva)
    assert "I want the newsletter" not in html(client, SETTINGS)
    client.post(SETTINGS, settings_of(client))
    assert address_for(eva.email).wants(NEWSLETTER)


def test_the_page_shows_when_the_next_digest_is_sent(anna: Client, project: Project) -> None:
    anna.post(SETTINGS, settings_of(anna) | {"frequency": "weekly", "weekday": 4, "hour": 16})
    page = html(anna, SETTINGS)
    assert "Next, if there is anything new: Friday" in page
    assert "at 16:00" in page
    anna.post(SETTINGS, settings_of(anna) | {"frequency": "never"})
    assert "Next, if there is anything new" not in html(anna, SETTINGS)


def test_quiet_hours_need_a_start_and_an_end(anna: Client, project: Project) -> None:
    fields = settings_of(anna)
    response = anna.post(SETTINGS, {**fields, "quiet_until": ""})
    assert response.status_code == 422
    assert "Choose both a start and an end" in response.content.decode()
    anna.post(SETTINGS, {**fields, "quiet_from": "", "quiet_until": ""})
    assert Inbox.objects.get(pk=project.author_id).quiet_from is None


def test_a_kind_that_needs_no_answer_cannot_be_mailed_at_once(anna: Client, project: Project) -> None:
    response = anna.post(SETTINGS, settings_of(anna) | {"mail_posts": "at_once"})
    assert response.context["form"].errors.keys() == {"mail_posts"}
    assert preferences_of(project.author_id)["posts"].mail == "digest"


def test_a_muted_subject_can_be_unmuted_in_the_settings(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    services.mute(member_id=project.author_id, subject=project.subject)
    mute = Mute.objects.get()
    eva = Client()
    eva.force_login(MemberFactory())
    url = reverse("notifications:unmute", args=[mute.pk])
    assert eva.post(url).status_code == 404
    assert project.title in html(anna, SETTINGS)
    anna.post(url)
    assert not Mute.objects.exists()


# --- the feed


def feed_address(client: Client, project: Project) -> str:
    client.post(reverse("notifications:renew_feed"))
    token = Inbox.objects.get(pk=project.author_id).feed_token
    return reverse("notifications:feed", args=[token])


def test_the_feed_shows_the_notices_of_the_page_without_a_session(
    anna: Client, project: Project, say: Say
) -> None:
    address = feed_address(anna, project)
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    assert address in html(anna, SETTINGS)
    response = Client().get(address)
    body = response.content.decode()
    assert response["Content-Type"].startswith("application/atom+xml")
    assert "private" in response["Cache-Control"]
    assert "Bo Ek wrote in “Answer questions about waste”" in body
    assert project.get_absolute_url() in body
    assert len(unseen(project.author)) == 1, "a feed reader is not the member"
    assert project.author.email not in body


def test_the_feed_is_valid_xml_with_control_characters_in_a_title(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    Project.objects.filter(pk=project.pk).update(title="Läck\x0bsökning\x1f i nätet")
    response = Client().get(feed_address(anna, project))
    assert response.status_code == 200
    assert "Läck sökning i nätet" in "".join(ElementTree.fromstring(response.content).itertext())


def test_the_page_mentions_an_old_feed_address_only_where_there_was_one(
    anna: Client, project: Project
) -> None:
    renew = reverse("notifications:renew_feed")
    first = anna.post(renew, follow=True).content.decode()
    assert "Your feed now has an address." in first
    assert "The old one" not in first
    assert (
        "Your feed has a new address. The old one no longer works."
        in anna.post(renew, follow=True).content.decode()
    )


def test_the_feed_omits_notices_of_hidden_subjects(project: Project, say: Say) -> None:
    bo = MemberFactory()
    services.renew_feed(member_id=bo.pk)
    say(bo)
    say(project.author)
    address = reverse("notifications:feed", args=[Inbox.objects.get(pk=bo.pk).feed_token])
    assert project.title in html(Client(), address)
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    assert project.title not in html(Client(), address)


def test_a_new_feed_address_ends_the_old_one_and_a_closed_account_ends_all(
    anna: Client, project: Project
) -> None:
    old = feed_address(anna, project)
    new = feed_address(anna, project)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    assert Client().get(reverse("notifications:feed", args=[uuid4()])).status_code == 404
    project.author.is_active = False
    project.author.save()
    assert Client().get(new).status_code == 404
    project.author.is_active = True
    project.author.save()
    anna.force_login(project.author)
    anna.post(reverse("notifications:renew_feed"), {"close": "1"})
    assert Client().get(new).status_code == 404


def test_each_group_is_a_separate_entry_of_the_feed(anna: Client, project: Project, say: Say) -> None:
    address = feed_address(anna, project)

    def entry() -> str:
        return html(Client(), address).partition("<entry>")[2].partition("<id>")[2].partition("</id>")[0]

    say(MemberFactory())
    first = entry()
    say(MemberFactory())
    assert entry() == first
    services.see_all(member_id=project.author_id)
    say(MemberFactory())
    assert entry() != first
    assert len(notices_of(project.author)) == 1

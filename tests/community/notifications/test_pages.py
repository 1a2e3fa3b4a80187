"""The bell, the page of notices, less of them, the settings and the feed, as a member meets them."""

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
    """The project's author at her browser."""
    client.force_login(project.author)
    return client


def bell(client: Client) -> int:
    return int(client.get(reverse("notifications:bell")).json()["unseen"])


def html(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def mark_read(client: Client, page: str) -> None:
    """What `bell.js` does when the page is visible and says that there are unread notices about its subject."""
    [form] = re.findall(r'<form[^>]* data-mark-read="unread".*?</form>', page)
    found = Form(f"<main>{form}")
    assert client.post(found.action, found.fields).status_code == 200


# --- the bell


def test_the_bell_counts_what_is_new_on_every_page_and_is_a_plain_link(
    anna: Client, project: Project, say: Say
) -> None:
    assert 'data-unseen="0"' in html(anna, "/en/")
    say(MemberFactory())
    page = html(anna, "/en/")
    assert 'data-unseen="1"' in page
    assert f'href="{PAGE}"' in page
    assert bell(anna) == 1
    assert "data-bell" not in html(Client(), "/en/"), "strangers have none"


def test_the_bell_asks_the_database_once(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    with CaptureQueriesContext(connection) as asked:
        html(anna, reverse("members:profile"))
    of_notices = [query["sql"] for query in asked if "notifications_" in query["sql"]]
    assert len(of_notices) == 1


def test_the_bell_does_not_count_what_may_no_longer_be_seen(project: Project, say: Say) -> None:
    bo, his = MemberFactory(), Client()
    his.force_login(bo)
    say(bo)
    say(project.author)
    assert bell(his) == 1
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    assert bell(his) == 0


# --- the page


def test_the_page_lists_newest_first_each_with_why_and_a_way_to_less(
    anna: Client, project: Project, say: Say
) -> None:
    other = ProjectFactory(organisation=project.organisation, author=project.author, title="Another thing")
    say(MemberFactory())
    say(MemberFactory(), about=other)
    page = html(anna, PAGE)
    assert page.index("Another thing") < page.index("Answer questions about waste")
    assert page.count("You are receiving this because you wrote it.") == 2
    assert page.count("Mute this") == 2


def test_each_is_told_the_one_reason_that_holds_for_them(project: Project, say: Say) -> None:
    colleague = MembershipFactory(organisation=project.organisation).member
    bo = MemberFactory()
    say(bo)
    say(MemberFactory())
    reasons = {
        person: [str(told.why) for told in notices_of(person)] for person in (bo, project.author, colleague)
    }
    assert reasons == {
        bo: ["You are receiving this because you have written there."],
        project.author: ["You are receiving this because you wrote it."],
        colleague: ["You are receiving this because your organisation is responsible for it."],
    }


def test_who_has_written_there_hears_that_also_when_it_is_their_own(project: Project, say: Say) -> None:
    say(project.author)
    say(MemberFactory())
    assert [str(told.why) for told in notices_of(project.author)] == [
        "You are receiving this because you have written there."
    ]


def test_a_title_in_another_language_is_marked_and_read_in_its_own(
    anna: Client, project: Project, say: Say
) -> None:
    Project.objects.filter(pk=project.pk).update(language="sv")
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    page = html(anna, PAGE)
    assert f'Bo Ek wrote in “<span lang="sv">{project.title}</span>”' in page
    assert "In Swedish" in page
    Project.objects.filter(pk=project.pk).update(language="en")
    page = html(anna, PAGE)
    assert f'<span lang="en">{project.title}</span>' in page
    assert "In Swedish" not in page


def test_a_use_case_is_called_by_its_title_in_ones_own_language(anna: Client, project: Project) -> None:
    swedish = UseCaseFactory(title="Tända gatan")
    translated(swedish, title="Light the street")
    services.notify(
        kind="adopters", member_ids=[project.author_id], subject_id=swedish.work.subject_id, key="x:1"
    )
    page = html(anna, PAGE)
    assert "Light the street" in page
    assert "Tända gatan" not in page


def test_a_title_is_never_run(anna: Client, project: Project, say: Say) -> None:
    Project.objects.filter(pk=project.pk).update(title="<script>alert(1)</script>")
    say(MemberFactory(first_name="<b>Bo", last_name="Ek"))
    page = html(anna, PAGE)
    assert "<script>alert" not in page
    assert "<b>Bo" not in page


def test_notices_stand_under_their_days(anna: Client, project: Project, say: Say) -> None:
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
    order = [page.index(said) for said in ("Today", "No 0", "Yesterday", "No 1", before, "No 2")]
    assert order == sorted(order)
    assert page.count("Today") == 1


def test_marking_all_as_read_is_offered_only_when_something_is_new(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    assert "Mark all as read" in html(anna, PAGE)
    anna.post(reverse("notifications:see_all"))
    anna.get(PAGE)
    assert "Mark all as read" not in html(anna, PAGE)


def test_the_page_asks_no_more_the_more_there_is(anna: Client, project: Project, say: Say) -> None:
    def asked() -> int:
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
    few = asked()
    for _ in range(3):
        grow()
    html(anna, PAGE)
    assert asked() <= few <= 15


def test_many_notices_come_on_several_pages(anna: Client, project: Project) -> None:
    for number in range(23):
        mine = ProjectFactory(organisation=project.organisation, author=project.author, title=f"No {number}.")
        services.notify(
            kind="posts", member_ids=[project.author_id], subject_id=mine.subject_id, key="post:1"
        )
    assert "No 22." in html(anna, PAGE)
    assert "No 2." not in html(anna, PAGE)
    assert "No 2." in html(anna, f"{PAGE}?page=2")


def test_strangers_are_sent_to_sign_in_and_others_notices_are_not_there(
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


def test_opening_a_notice_leads_there_and_marks_it_read(anna: Client, project: Project, say: Say) -> None:
    post = say(MemberFactory())
    notice = Notice.objects.get(member=project.author)
    response = anna.get(reverse("notifications:open", args=[notice.pk]))
    assert response["Location"] == f"{project.get_absolute_url()}#post-{post.number}"
    assert unseen(project.author) == []


@pytest.mark.parametrize("where", ["subject", "thread"])
def test_opening_what_it_is_about_marks_it_read_for_oneself_only(
    anna: Client, project: Project, say: Say, where: str
) -> None:
    colleague = MembershipFactory(organisation=project.organisation).member
    say(MemberFactory())
    address = project.get_absolute_url() if where == "subject" else thread_of(project).get_absolute_url()
    assert "data-mark-read" not in html(Client(), address)
    page = html(anna, address)
    assert len(unseen(project.author)) == 1, "a page that is only fetched marks nothing"
    mark_read(anna, page)
    assert unseen(project.author) == []
    assert len(unseen(colleague)) == 1
    assert bell(anna) == 0
    assert 'data-mark-read=""' in html(anna, address)


def test_a_page_asks_once_whether_there_is_something_to_mark_and_never_writes(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    html(anna, project.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        html(anna, project.get_absolute_url())
    of_notices = [query["sql"] for query in asked if "notifications_" in query["sql"]]
    assert len(of_notices) == 2, "the bell, and whether there is something to mark"
    assert not [sql for sql in of_notices if sql.startswith(("UPDATE", "INSERT"))]


def test_the_organisations_page_marks_its_requests_read(anna: Client, project: Project) -> None:
    organisations.join_organisation(actor=MemberFactory(), organisation=project.organisation)
    run_notices()
    assert len(unseen(project.author)) == 1
    page = html(anna, project.organisation.get_absolute_url())
    assert len(unseen(project.author)) == 1
    mark_read(anna, page)
    assert unseen(project.author) == []


def test_a_reviewed_draft_marks_its_notices_read(project: Project) -> None:
    draft = UseCaseFactory(owner=project.author, live=False)
    services.notify(
        kind="use_case_sent_back",
        member_ids=[draft.owner_id],
        subject_id=draft.work.subject_id,
        key=f"review:0:{draft.pk}",
    )
    author = Client()
    author.force_login(draft.owner)
    for name in ("read_use_case", "edit_use_case"):
        page = html(author, reverse(f"projects:{name}", args=[draft.pk]))
        assert 'data-mark-read="unread"' in page
    mark_read(author, page)
    assert unseen(draft.owner) == []


def test_marking_as_read_needs_the_token_of_the_page(project: Project, say: Say) -> None:
    say(MemberFactory())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(project.author)
    fields = {"kind": "project", "id": project.pk}
    assert strict.post(reverse("notifications:see"), fields).status_code == 403
    assert len(unseen(project.author)) == 1
    mark_read(strict, html(strict, project.get_absolute_url()))
    assert unseen(project.author) == []


def test_all_are_marked_read_at_once(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    assert anna.get(reverse("notifications:see_all")).status_code == 405
    anna.post(reverse("notifications:see_all"))
    assert bell(anna) == 0
    assert len(sentences(project.author)) == 1, "they stay in the list"


def test_a_page_says_that_what_arrived_live_was_seen(anna: Client, project: Project, say: Say) -> None:
    say(MemberFactory())
    answer = anna.post(reverse("notifications:see"), {"subject": project.subject_id})
    assert answer.json()["unseen"] == 0
    assert anna.post(reverse("notifications:see"), {"subject": "9" * 30}).status_code == 200


# --- less like this


def test_less_of_a_conversation_silences_it_and_can_be_undone(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory())
    notice = Notice.objects.get(member=project.author)
    done = anna.post(reverse("notifications:less", args=[notice.pk]))["Location"]
    page = html(anna, done)
    assert (
        "You will get no more notices about “Answer questions about waste”, whether about new posts," in page
    )
    assert "Mute this" not in page, "it is silenced already"
    assert "Muted" in html(anna, PAGE)
    say(MemberFactory())
    assert unseen(project.author) == []
    assert project.title in html(anna, SETTINGS)
    anna.post(reverse("notifications:undo"), {"less": done.partition("less=")[2]})
    assert not Mute.objects.exists()
    say(MemberFactory())
    assert len(unseen(project.author)) == 1


def test_less_of_a_kind_goes_one_step_down_each_time_and_can_be_undone(
    anna: Client, project: Project
) -> None:
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
    assert sentences(project.author) == [], "off is off"
    anna.post(reverse("notifications:undo"), {"less": done.partition("less=")[2]})
    assert preference() == Preference(on_site=True, mail="off")
    assert len(sentences(project.author)) == 1


@pytest.mark.parametrize("less", ["", "kind:", "kind:nothing", "subject:x", "subject:0", "?"])
def test_nonsense_to_undo_undoes_nothing(anna: Client, less: str) -> None:
    assert anna.get(PAGE, {"less": less}).status_code == 200
    assert anna.post(reverse("notifications:undo"), {"less": less}).status_code in (302, 404)


# --- settings


def settings_of(client: Client) -> dict[str, object]:
    """What the form would send if nothing was touched."""
    form = client.get(SETTINGS).context["form"]
    return {
        bound.name: bound.value()
        for bound in form
        if bound.value() is not None and bound.value() is not False
    }


def test_everything_is_saved_in_one_form(anna: Client, project: Project) -> None:
    said = settings_of(anna)
    assert said["frequency"] == "daily"
    assert said["mail_membership_request"] == "at_once"
    assert said["mail_posts"] == "digest"
    said |= {"frequency": "weekly", "weekday": 4, "hour": 16, "quiet_from": 17, "quiet_until": 8}
    said |= {"mail_posts": "off", "mail_membership_request": "digest"}
    del said["site_adopters"]
    page = anna.post(SETTINGS, said, follow=True).content.decode()
    assert "Saved. This is how we will notify you from now on." in page
    inbox = Inbox.objects.get(pk=project.author_id)
    assert (inbox.frequency, inbox.weekday, inbox.hour) == ("weekly", 4, 16)
    assert (inbox.quiet_from, inbox.quiet_until) == (17, 8)
    preferences = preferences_of(project.author_id)
    assert preferences["posts"] == Preference(on_site=True, mail="off")
    assert preferences["membership_request"] == Preference(on_site=True, mail="digest")
    assert preferences["adopters"] == Preference(on_site=False, mail="digest")
    assert settings_of(anna) == said


def test_saving_what_is_there_changes_nothing(anna: Client, project: Project) -> None:
    anna.post(SETTINGS, settings_of(anna))
    assert not Choice.objects.exists()
    assert not Subscription.objects.exists()


def test_unsubscribing_in_a_mail_and_turning_off_here_are_one(anna: Client, project: Project) -> None:
    address = address_of(project.author)
    unsubscribe(address=address, stream="notices.posts")
    said = settings_of(anna)
    assert said["mail_posts"] == "off"
    anna.post(SETTINGS, said | {"mail_posts": "digest", "mail_adopters": "off", "frequency": "never"})
    address = address_of(project.author)
    assert address.accepts("notices.posts")
    assert not address.accepts("notices.adopters")
    assert not address.accepts("digest")
    assert settings_of(anna)["frequency"] == "never"


def test_the_newsletter_is_taken_and_left_on_the_same_page(anna: Client, project: Project) -> None:
    said = settings_of(anna)
    assert "newsletter" not in said, "it comes to who asked for it"
    anna.post(SETTINGS, said | {"newsletter": "on"})
    assert address_of(project.author).accepts(NEWSLETTER)
    assert settings_of(anna)["newsletter"] is True
    anna.post(SETTINGS, said)
    assert not address_of(project.author).accepts(NEWSLETTER)


def test_nobody_chooses_the_newsletter_of_an_address_they_have_not_confirmed(
    client: Client, project: Project
) -> None:
    eva = MemberFactory()
    EmailAddress.objects.create(user=eva, email=eva.email, verified=False)
    resubscribe(address=address_for(eva.email), stream=NEWSLETTER)
    client.force_login(eva)
    assert "I want the newsletter" not in html(client, SETTINGS)
    client.post(SETTINGS, settings_of(client))
    assert address_for(eva.email).wants(NEWSLETTER)


def test_the_page_says_when_the_next_digest_goes(anna: Client, project: Project) -> None:
    anna.post(SETTINGS, settings_of(anna) | {"frequency": "weekly", "weekday": 4, "hour": 16})
    page = html(anna, SETTINGS)
    assert "Next, if there is anything new: Friday" in page
    assert "at 16:00" in page
    anna.post(SETTINGS, settings_of(anna) | {"frequency": "never"})
    assert "Next, if there is anything new" not in html(anna, SETTINGS)


def test_quiet_hours_need_both_ends(anna: Client, project: Project) -> None:
    said = settings_of(anna)
    response = anna.post(SETTINGS, {**said, "quiet_until": ""})
    assert response.status_code == 422
    assert "Choose both a start and an end" in response.content.decode()
    anna.post(SETTINGS, {**said, "quiet_from": "", "quiet_until": ""})
    assert Inbox.objects.get(pk=project.author_id).quiet_from is None


def test_a_kind_that_asks_for_nothing_is_never_mailed_at_once(anna: Client, project: Project) -> None:
    response = anna.post(SETTINGS, settings_of(anna) | {"mail_posts": "at_once"})
    assert response.context["form"].errors.keys() == {"mail_posts"}
    assert preferences_of(project.author_id)["posts"].mail == "digest"


def test_a_silenced_subject_is_heard_again_from_the_settings(
    anna: Client, project: Project, say: Say
) -> None:
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


def test_the_feed_shows_what_the_page_shows_without_a_session(
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


def test_the_feed_is_valid_whatever_stands_in_a_stored_title(
    anna: Client, project: Project, say: Say
) -> None:
    say(MemberFactory(first_name="Bo", last_name="Ek"))
    Project.objects.filter(pk=project.pk).update(title="Läck\x0bsökning\x1f i nätet")
    response = Client().get(feed_address(anna, project))
    assert response.status_code == 200
    assert "Läck sökning i nätet" in "".join(ElementTree.fromstring(response.content).itertext())


def test_only_a_feed_that_had_an_address_is_told_that_the_old_one_ends(
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


def test_the_feed_hides_what_may_no_longer_be_seen(project: Project, say: Say) -> None:
    bo = MemberFactory()
    services.renew_feed(member_id=bo.pk)
    say(bo)
    say(project.author)
    address = reverse("notifications:feed", args=[Inbox.objects.get(pk=bo.pk).feed_token])
    assert project.title in html(Client(), address)
    projects.change_visibility(actor=project.author, project=project, to="organisation")
    assert project.title not in html(Client(), address)


def test_a_renewed_address_ends_the_old_one_and_a_closed_account_all(anna: Client, project: Project) -> None:
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


def test_each_group_is_an_entry_of_its_own(anna: Client, project: Project, say: Say) -> None:
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

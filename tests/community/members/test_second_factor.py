"""Members with a role must set up two-step sign-in first; other members may."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from community.discussions.services import thread_of
from community.mail.services import address_of
from community.members.models import Member
from community.members.roles import GROUPS
from community.members.services import reset_second_factor
from core.audience import COUNCIL, EDITORS, MODERATORS, STAFF
from core.refusals import NotAllowed
from tests.factories import MemberFactory, ProjectFactory
from tests.support.people import give_second_factor, take_second_factor

pytestmark = pytest.mark.django_db

ROLES = (STAFF, EDITORS, MODERATORS, COUNCIL)
PASSWORD = "a long password"


def of_role(role: str) -> Member:
    """Create a member with the role and without a second factor."""
    member = MemberFactory(is_staff=role == STAFF, is_superuser=role == STAFF)
    if role in GROUPS:
        member.groups.add(Group.objects.get(name=GROUPS[role]))
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    take_second_factor(member)
    return member


def signed_in(member: Member) -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(member)
    return client


def is_redirected_to_setup(client: Client, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer.url.startswith(reverse("mfa_activate_totp"))


@pytest.mark.parametrize("role", ROLES)
def test_each_page_redirects_a_member_with_a_role_to_the_setup(role: str) -> None:
    client = signed_in(of_role(role))
    pages = ("/", "/admin/", "/admin/reports/", "/sok/", "/projekt/mina/", "/notiser/", "/organisationer/")
    assert [path for path in pages if not is_redirected_to_setup(client, path)] == []
    opened = client.get("/admin/", follow=True).content.decode()
    assert "Din roll kräver inloggning i två steg" in opened
    for name in ("mfa_index", "account_email", "account_logout"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get("/health/").status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_a_member_with_a_second_factor_reaches_each_page(role: str) -> None:
    member = of_role(role)
    give_second_factor(member)
    assert signed_in(member).get("/projekt/mina/").status_code == 200


def test_a_member_without_a_role_needs_no_second_factor() -> None:
    assert signed_in(MemberFactory()).get("/projekt/mina/").status_code == 200


def test_a_post_before_the_setup_is_shown_again_with_its_text() -> None:
    thread = thread_of(ProjectFactory())
    client = signed_in(of_role(MODERATORS))
    address = reverse("discussions:post", args=[thread.pk])
    answer = client.post(address, {"text": "Long and well considered words"})
    assert answer.status_code == 428
    page = answer.content.decode()
    assert "Long and well considered words" in page
    assert reverse("mfa_activate_totp") in page
    assert not thread.posts.exists()
    response = client.post(address, {"text": "By a script"}, headers={"Accept": "application/json"})
    assert (response.status_code, list(response.json())) == (428, ["error"])


def test_the_setup_shows_recovery_codes_and_gives_access_to_the_admin() -> None:
    member = of_role(STAFF)
    client = Client(headers={"Accept": "text/html"})
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    asked = client.get("/admin/", follow=True).request
    again = f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}"
    activate = client.post(again, {"password": PASSWORD}, follow=True)
    secret = activate.context["form"].secret
    assert secret in activate.content.decode()
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).text
    assert "Skriv den som din app visar just nu" in wrong
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    shown = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True).content.decode()
    codes = Authenticator.objects.get(user=member, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(one in shown for one in codes)
    assert client.get("/admin/").status_code == 200


def test_other_staff_can_reset_a_second_factor_and_the_reset_is_logged() -> None:
    staff, member = MemberFactory(is_staff=True), MemberFactory(is_staff=True)
    browser = signed_in(member)
    for actor in (member, MemberFactory()):
        with pytest.raises(NotAllowed):
            reset_second_factor(actor=actor, member=member)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", member.email, by="nobody@example.org")
    output = StringIO()
    call_command("reset_second_factor", member.email, by=staff.email, stdout=output)
    assert member.email in output.getvalue()
    assert not Authenticator.objects.filter(user=member).exists()
    assert "_auth_user_id" not in dict(browser.get("/").wsgi_request.session), "open sessions have ended"
    entry = ModelLogEntry.objects.get(action="members.reset_second_factor")
    assert (entry.user, entry.object_id) == (staff, str(member.pk))


def test_the_account_page_of_the_admin_redirects_to_the_profile() -> None:
    staff = MemberFactory(is_staff=True, is_superuser=True)
    client = signed_in(staff)
    before = Member.objects.filter(pk=staff.pk).values().get()
    form = {
        "name_email-email": "other@example.org",
        "name_email-first_name": "X",
        "name_email-last_name": "Y",
        "password-old_password": PASSWORD,
        "password-new_password1": "another long one",
        "password-new_password2": "another long one",
    }
    for answer in (client.get("/admin/account/"), client.post("/admin/account/", form)):
        assert (answer.status_code, answer.url) == (302, reverse("members:profile"))
    assert Member.objects.filter(pk=staff.pk).values().get() == before
    edit = client.get(reverse("wagtailusers_users:edit", args=[MemberFactory().pk])).content.decode()
    assert "password" not in edit.split("<form")[-1]


def test_an_address_that_staff_set_is_unconfirmed_and_replaces_the_former_one() -> None:
    staff, member = MemberFactory(is_staff=True, is_superuser=True), MemberFactory()
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    form = {"first_name": "Anna", "last_name": "Ek", "email": "new@example.org", "is_active": "on"}
    signed_in(staff).post(reverse("wagtailusers_users:edit", args=[member.pk]), form)
    member.refresh_from_db()
    assert member.email == "new@example.org"
    known = EmailAddress.objects.filter(user=member).values_list("email", "verified", "primary")
    assert list(known) == [("new@example.org", False, True)]
    assert address_of(member).confirmed_at is None
    assert ModelLogEntry.objects.filter(action="members.change_address", user=staff).exists()


def test_changing_the_primary_address_keeps_both_confirmed() -> None:
    member = MemberFactory()
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    second = EmailAddress.objects.create(user=member, email="second@example.org", verified=True)
    second.set_as_primary()
    assert set(EmailAddress.objects.filter(user=member).values_list("verified", flat=True)) == {True}


@pytest.mark.parametrize("role", ROLES)
def test_the_setup_is_explained_once_after_several_redirects(role: str) -> None:
    client = signed_in(of_role(role))
    for path in ("/", "/notiser/", "/projekt/mina/"):
        assert is_redirected_to_setup(client, path)
    explanation = "Din roll kräver inloggning i två steg"
    assert client.get("/sok/", follow=True).text.count(explanation) == 1
    assert explanation not in client.get("/sok/", follow=True).text


@pytest.mark.parametrize("name", ["totp_activated", "totp_deactivated", "recovery_codes_generated"])
def test_messages_use_the_same_words_for_app_and_codes_as_the_page(name: str) -> None:
    messages = {}
    for language in ("sv", "en"):
        with override(language):
            messages[language] = render_to_string(f"mfa/messages/{name}.txt")
    assert "reservkoder" in messages["sv"] or "Appen är" in messages["sv"]
    assert "recovery codes" in messages["en"] or "The app is" in messages["en"]

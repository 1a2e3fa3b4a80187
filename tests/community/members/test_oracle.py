"""Signing up does not reveal whether an address is taken, and wrong passwords do not lock a member out."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.mail.models import Delivery
from community.members.browsers import COOKIE
from community.members.models import Member
from community.notifications.models import Notice
from community.organisations.models import Membership, Organisation, PlannedOrganisation, Role
from core.topics import NAMES, versions_of
from tests.factories import MemberFactory, MembershipFactory
from tests.support.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

PASSWORD = "en lång nyckel 17"
ANSWERS = {
    "first_name": "Åsa",
    "last_name": "Öberg",
    "password1": PASSWORD,
    "accepts": "on",
    "organisation": "Nya odlarna",
    "is_new": "on",
    "kind": "civil_society",
}
HASHED: list[str] = []


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"

    def encode(self, password: str, salt: str) -> str:
        HASHED.append(password)
        return super().encode(password, salt)


@pytest.fixture
def _as_in_production(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture(autouse=True)
def _hashing_is_counted(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    cache.clear()
    HASHED.clear()


def written(queries: CaptureQueriesContext) -> list[str]:
    """The kind of each query and its table, in order."""
    verbs = ("INSERT", "UPDATE", "SELECT", "DELETE")
    return [" ".join(one["sql"].split()[:3]) for one in queries if one["sql"].startswith(verbs[:2])]


@pytest.mark.usefixtures("_as_in_production")
def test_a_taken_address_takes_the_work_of_a_free_one() -> None:
    MemberFactory(email="taken@example.org")
    HASHED.clear()
    work = {}
    for email in ("free@example.org", "taken@example.org"):
        before = Delivery.objects.count()
        organisation = "Fria odlarna" if email.startswith("free") else "Nya odlarna"
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = Client().post(
                reverse("account_signup"), {**ANSWERS, "email": email, "organisation": organisation}
            )
        work[email] = (
            response.status_code,
            response["Location"],
            HASHED.count(PASSWORD),
            Delivery.objects.count() - before,
        )
        work[f"writes of {email}"] = len(written(queries))
        HASHED.clear()
    free, taken = work["free@example.org"], work["taken@example.org"]
    assert free == taken
    assert taken[2:] == (1, 1), "one password hashed, one mail queued"
    assert abs(work["writes of free@example.org"] - work["writes of taken@example.org"]) <= 3


@pytest.mark.usefixtures("_as_in_production")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", ["free@example.org", "taken@example.org"])
def test_pages_are_drawn_anew_after_a_sign_up_whether_its_address_is_taken(email: str) -> None:
    """A page that comes from the cache comes sooner."""
    MemberFactory(email="taken@example.org")
    Client().get("/")
    before = versions_of([NAMES])
    assert Client().post(reverse("account_signup"), {**ANSWERS, "email": email}).status_code == 302
    assert before
    assert versions_of([NAMES]) != before


@pytest.mark.usefixtures("_as_in_production")
def test_the_work_for_a_taken_address_leaves_nothing_behind() -> None:
    MemberFactory(email="taken@example.org")
    Client().post(reverse("account_signup"), {**ANSWERS, "email": "taken@example.org"})
    assert Member.objects.count() == 1
    assert not Membership.objects.exists()
    assert not Organisation.objects.filter(name=ANSWERS["organisation"]).exists()
    run_due_tasks()
    assert [message.to for message in mail.outbox] == [["taken@example.org"]]


def listed(names: tuple[str, ...]) -> list[str]:
    """Which of the names anybody can see, at the pages a visitor has."""
    visitor = Client()
    pages = [visitor.get(reverse("organisations:names"), {"organisation": name}).text for name in names]
    pages += [visitor.get(reverse(f"organisations:{name}"), {"fresh": 1}).text for name in ("list", "names")]
    return [name for name in names if name in "".join(pages)]


@pytest.mark.usefixtures("_as_in_production")
@pytest.mark.parametrize("kind", ["civil_society", "municipality"])
def test_a_new_organisation_tells_nothing_of_the_address_it_was_named_with(kind: str) -> None:
    """Whether an address is free or taken, its organisation is not seen, and its name can be given again."""
    MemberFactory(email="taken@example.org")
    told = {}
    for email, name in (("free@example.org", "Fria Lyktan"), ("taken@example.org", "Nya Lyktan")):
        answers = {**ANSWERS, "kind": kind, "organisation": name}
        first = Client().post(reverse("account_signup"), {**answers, "email": email})
        assert Client().get(f"/organisationer/{name.lower().replace(' ', '-')}/").status_code == 404
        again = Client().post(reverse("account_signup"), {**answers, "email": f"other-{email}"})
        told[email] = (first.status_code, first["Location"], again.status_code, again["Location"])
    assert told["free@example.org"] == told["taken@example.org"]
    assert listed(("Fria Lyktan", "Nya Lyktan")) == []
    assert not Organisation.objects.filter(name__endswith="Lyktan").exists()
    assert set(PlannedOrganisation.objects.values_list("member__email", flat=True)) == {
        "free@example.org",
        "other-free@example.org",
        "other-taken@example.org",
    }


@pytest.mark.usefixtures("_as_in_production")
def test_a_request_to_join_tells_nothing_of_the_address_it_was_made_with() -> None:
    """Whoever decides who joins an organisation could sign up with another's address and look whether it asks."""
    MemberFactory(email="taken@example.org")
    admin = MembershipFactory(role=Role.ADMIN)
    decides, before = Client(), Membership.objects.count()
    decides.force_login(admin.member)
    for email in ("free@example.org", "taken@example.org"):
        answers = {**ANSWERS, "email": email, "organisation": admin.organisation.name, "is_new": ""}
        Client().post(reverse("account_signup"), answers)
        run_due_tasks()
        assert email not in decides.get(admin.organisation.get_absolute_url(), {"fresh": email}).text
    assert Membership.objects.count() == before
    assert not Notice.objects.exists()
    assert {address for message in mail.outbox for address in message.to} == {
        "free@example.org",
        "taken@example.org",
    }

    link = next(word for word in str(mail.outbox[0].body).split() if "/confirm-email/" in word)
    Client().post("/" + link.split("/", 3)[3])
    assert "free@example.org" in decides.get(admin.organisation.get_absolute_url()).text


# --- wrong passwords


def tries(client: Client, password: str, address: str = "10.0.0.1") -> Any:
    return client.post(
        reverse("account_login"), {"login": "anna@example.org", "password": password}, REMOTE_ADDR=address
    )


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def anna() -> Member:
    return MemberFactory(email="anna@example.org", password=PASSWORD)


@pytest.fixture
def under_attack(anna: Member) -> None:
    """Wrong passwords for one account, each from an address of its own."""
    for number in range(20):
        tries(Client(), f"wrong {number}", f"10.1.0.{number}")


@pytest.mark.usefixtures("under_attack")
def test_many_addresses_get_no_more_tries_at_an_account() -> None:
    HASHED.clear()
    stranger = Client()
    response = tries(stranger, PASSWORD, "10.2.0.1")
    assert "För många försök" in response.text
    assert not signed_in(stranger)
    assert not HASHED, "the password was not even looked at"


def test_a_browser_the_member_has_used_is_not_held_up(anna: Member) -> None:
    browser, other = Client(), Client()
    for client in (browser, other):
        tries(client, PASSWORD)
        assert signed_in(client)
    assert browser.cookies[COOKIE].value != other.cookies[COOKIE].value
    browser.post(reverse("account_logout"))
    for number in range(20):
        tries(Client(), f"wrong {number}", f"10.1.0.{number}")
    assert not signed_in(browser)
    tries(browser, PASSWORD, "10.3.0.1")
    assert signed_in(browser)


def test_a_known_browser_has_its_own_limit(anna: Member) -> None:
    browser = Client()
    tries(browser, PASSWORD)
    browser.post(reverse("account_logout"))
    for number in range(6):
        tries(browser, "wrong", f"10.1.0.{number}")
    tries(browser, PASSWORD, "10.4.0.1")
    assert not signed_in(browser)


@pytest.mark.usefixtures("under_attack")
def test_another_member_s_browser_and_a_forged_cookie_are_unknown() -> None:
    MemberFactory(email="bo@example.org", password=PASSWORD)
    browser = Client()
    browser.post(reverse("account_login"), {"login": "bo@example.org", "password": PASSWORD})
    assert signed_in(browser)
    browser.post(reverse("account_logout"))
    tries(browser, PASSWORD, "10.5.0.1")
    assert not signed_in(browser)
    browser.cookies[COOKIE] = "forged:value"
    tries(browser, PASSWORD, "10.5.0.2")
    assert not signed_in(browser)


@pytest.mark.usefixtures("under_attack")
def test_a_new_password_by_mail_lets_the_member_in_from_a_new_browser() -> None:
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": "anna@example.org"})
    run_due_tasks("mail")
    body = str(mail.outbox[-1].body)
    link = next(word for word in body.split() if "/accounts/" in word and "key" in word)
    form = browser.get("/" + link.split("/", 3)[3], follow=True)
    browser.post(
        form.redirect_chain[-1][0], {"password1": "en helt ny nyckel 18", "password2": "en helt ny nyckel 18"}
    )
    for number in range(20):
        tries(Client(), f"wrong {number}", f"10.6.0.{number}")
    tries(browser, "en helt ny nyckel 18", "10.7.0.1")
    assert signed_in(browser)


def test_the_cookie_says_nothing_of_the_member(anna: Member) -> None:
    browser = Client()
    tries(browser, PASSWORD)
    cookie = browser.cookies[COOKIE]
    assert "anna" not in cookie.value
    assert cookie["httponly"]
    assert bool(cookie["secure"]) == django_settings.SESSION_COOKIE_SECURE

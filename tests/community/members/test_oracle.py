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
    """Return the first words of each INSERT and UPDATE, in order."""
    verbs = ("INSERT", "UPDATE", "SELECT", "DELETE")
    return [" ".join(one["sql"].split()[:3]) for one in queries if one["sql"].startswith(verbs[:2])]


@pytest.mark.usefixtures("_as_in_production")
def test_signing_up_with_a_taken_address_costs_the_same_work_as_with_a_free_one() -> None:
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
def test_signing_up_invalidates_the_same_pages_for_free_and_taken_addresses(email: str) -> None:
    """Otherwise the time of the next page would show whether the address is taken."""
    MemberFactory(email="taken@example.org")
    Client().get("/")
    before = versions_of([NAMES])
    assert Client().post(reverse("account_signup"), {**ANSWERS, "email": email}).status_code == 302
    assert before
    assert versions_of([NAMES]) != before


@pytest.mark.usefixtures("_as_in_production")
def test_signing_up_with_a_taken_address_stores_nothing() -> None:
    MemberFactory(email="taken@example.org")
    Client().post(reverse("account_signup"), {**ANSWERS, "email": "taken@example.org"})
    assert Member.objects.count() == 1
    assert not Membership.objects.exists()
    assert not Organisation.objects.filter(name=ANSWERS["organisation"]).exists()
    run_due_tasks()
    assert [message.to for message in mail.outbox] == [["taken@example.org"]]


def listed(names: tuple[str, ...]) -> list[str]:
    """Return those of the names that the pages for visitors show."""
    visitor = Client()
    pages = [visitor.get(reverse("organisations:names"), {"organisation": name}).text for name in names]
    pages += [visitor.get(reverse(f"organisations:{name}"), {"fresh": 1}).text for name in ("list", "names")]
    return [name for name in names if name in "".join(pages)]


@pytest.mark.usefixtures("_as_in_production")
@pytest.mark.parametrize("kind", ["civil_society", "municipality"])
def test_planning_an_organisation_does_not_reveal_whether_the_address_is_taken(kind: str) -> None:
    """With a free and with a taken address, the organisation is not shown and its name stays free."""
    MemberFactory(email="taken@example.org")
    results = {}
    for email, name in (("free@example.org", "Fria Lyktan"), ("taken@example.org", "Nya Lyktan")):
        answers = {**ANSWERS, "kind": kind, "organisation": name}
        first = Client().post(reverse("account_signup"), {**answers, "email": email})
        assert Client().get(f"/organisationer/{name.lower().replace(' ', '-')}/").status_code == 404
        again = Client().post(reverse("account_signup"), {**answers, "email": f"other-{email}"})
        results[email] = (first.status_code, first["Location"], again.status_code, again["Location"])
    assert results["free@example.org"] == results["taken@example.org"]
    assert listed(("Fria Lyktan", "Nya Lyktan")) == []
    assert not Organisation.objects.filter(name__endswith="Lyktan").exists()
    assert set(PlannedOrganisation.objects.values_list("member__email", flat=True)) == {
        "free@example.org",
        "other-free@example.org",
        "other-taken@example.org",
    }


@pytest.mark.usefixtures("_as_in_production")
def test_a_request_to_join_does_not_reveal_whether_the_address_is_taken() -> None:
    """An administrator could sign up with the address of another person and look for the request."""
    MemberFactory(email="taken@example.org")
    admin = MembershipFactory(role=Role.ADMIN)
    administrator, before = Client(), Membership.objects.count()
    administrator.force_login(admin.member)
    for email in ("free@example.org", "taken@example.org"):
        answers = {**ANSWERS, "email": email, "organisation": admin.organisation.name, "is_new": ""}
        Client().post(reverse("account_signup"), answers)
        run_due_tasks()
        assert email not in administrator.get(admin.organisation.get_absolute_url(), {"fresh": email}).text
    assert Membership.objects.count() == before
    assert not Notice.objects.exists()
    assert {address for message in mail.outbox for address in message.to} == {
        "free@example.org",
        "taken@example.org",
    }

    link = next(word for word in str(mail.outbox[0].body).split() if "/confirm-email/" in word)
    Client().post("/" + link.split("/", 3)[3])
    assert "free@example.org" in administrator.get(admin.organisation.get_absolute_url()).text


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
    """Try wrong passwords for one account, each from another IP address."""
    for number in range(20):
        tries(Client(), f"wrong {number}", f"10.1.0.{number}")


@pytest.mark.usefixtures("under_attack")
def test_many_ip_addresses_share_the_limit_of_an_account() -> None:
    HASHED.clear()
    stranger = Client()
    response = tries(stranger, PASSWORD, "10.2.0.1")
    assert "För många försök" in response.text
    assert not signed_in(stranger)
    assert not HASHED, "the password was not checked"


def test_a_browser_that_the_member_has_used_is_not_blocked(anna: Member) -> None:
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
def test_the_browser_of_another_member_and_a_forged_cookie_are_blocked() -> None:
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
def test_resetting_the_password_unblocks_a_new_browser() -> None:
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


def test_the_cookie_does_not_reveal_the_member(anna: Member) -> None:
    browser = Client()
    tries(browser, PASSWORD)
    cookie = browser.cookies[COOKIE]
    assert "anna" not in cookie.value
    assert cookie["httponly"]
    assert bool(cookie["secure"]) == django_settings.SESSION_COOKIE_SECURE

"""Limits: a number of actions for one actor in a span of time. Without the shared cache, each process counts by
itself: actions still work, and limits still apply."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from community.discussions.limits import POSTING
from community.members.limits import SIGN_IN
from core import limits
from core.audience import Viewer
from core.cache import FaultTolerantRedisCache
from core.limits import Limit, TooMany, address_token
from core.refusals import Refusal, RefusalMiddleware
from search.limits import SEARCHING
from tests.support.database import ROOT
from tests.support.processes import environment
from tests.support.services.machine import free_port
from tests.support.threads import new_member, new_thread

LIMIT = Limit("action", count=3, seconds=3600)
SPEND = """
import django; django.setup()
from core.limits import Limit, TooMany
limit, refused = Limit("action", count=30, seconds=10**9), 0
for _ in range(20):
    try:
        limit.spend("org:3")
    except TooMany:
        refused += 1
print(refused)
"""


@pytest.fixture
def dead_cache(settings: Any) -> Iterator[None]:
    """Configure every cache as a Redis that is not running."""
    FaultTolerantRedisCache.breaker.succeeded()
    dead = {"BACKEND": "core.cache.FaultTolerantRedisCache", "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    settings.CACHES = {"default": dead}
    limits.process_cache.clear()
    yield
    limits.process_cache.clear()
    FaultTolerantRedisCache.breaker.succeeded()


def refusal_of(limit: Limit, actor: str | int = 7) -> TooMany:
    for _ in range(limit.count):
        limit.spend(actor)
    with pytest.raises(TooMany) as refused:
        limit.spend(actor)
    return refused.value


def request_from(address: str, forwarded: str = "") -> HttpRequest:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def test_the_fourth_action_is_refused_for_that_actor_only() -> None:
    for _ in range(3):
        LIMIT.spend(7)
    with pytest.raises(TooMany) as refusal:
        LIMIT.spend(7)
    assert refusal.value.status == 429
    LIMIT.spend(8)
    LIMIT.spend("org:7")
    Limit("other-action", count=1, seconds=3600).spend(7)


def test_an_action_can_count_for_the_member_and_the_organisation() -> None:
    for member in (1, 2, 3):
        LIMIT.spend(member, "org:3")
    with pytest.raises(TooMany):
        LIMIT.spend(4, "org:3")
    LIMIT.spend(5, "org:4")


def test_an_actor_may_act_again_when_the_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        LIMIT.spend(7)
    later = time.time() + 3600
    monkeypatch.setattr("core.limits.time.time", lambda: later)
    LIMIT.spend(7)


@pytest.mark.parametrize(
    ("language", "seconds", "said"),
    [
        ("en", 1, "Try again in 1 second."),
        ("en", 40, "Try again in 40 seconds."),
        ("en", 91, "Try again in 2 minutes."),
        ("sv", 1, "Försök igen om 1 sekund."),
        ("sv", 40, "Försök igen om 40 sekunder."),
        ("sv", 3600, "Försök igen om 60 minuter."),
    ],
)
def test_a_refusal_says_when_to_try_again(language: str, seconds: int, said: str) -> None:
    with translation.override(language):
        assert str(TooMany(seconds)).endswith(said)


def test_retry_after_lasts_until_the_window_ends(twenty_past: None) -> None:
    assert refusal_of(LIMIT).retry_after == 39 * 60 + 30
    assert refusal_of(Limit("quick", count=1, seconds=60)).retry_after == 30


@pytest.mark.redis
def test_all_processes_share_the_count() -> None:
    asked = [
        subprocess.Popen([sys.executable, "-c", SPEND], cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
        for _process in range(2)
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in asked) == 10


def test_without_the_cache_each_process_counts_for_itself(dead_cache: None) -> None:
    for _ in range(3):
        LIMIT.spend(7)
    with pytest.raises(TooMany):
        LIMIT.spend(7)
    LIMIT.spend(8)


def test_an_unavailable_cache_behaves_like_an_empty_one(dead_cache: None) -> None:
    assert cache.set("a", 1) is None
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("a", 1) is True, "a lock kept there is had at once"
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert cache.touch("a") is False
    assert cache.delete("a") is False
    assert cache.delete_many(["a"]) is None
    assert cache.get_or_set("a", 5) == 5
    assert "a" not in cache
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.clear()


def test_an_ip_address_is_stored_only_as_a_hash() -> None:
    token = address_token(request_from("192.0.2.17"))
    assert token == address_token(request_from("192.0.2.17"))
    assert token != address_token(request_from("192.0.2.18"))
    assert "192" not in token


def test_the_key_of_the_hash_is_specific_to_the_site(settings: Any) -> None:
    here = address_token(request_from("192.0.2.17"))
    settings.SECRET_KEY = "another"
    assert address_token(request_from("192.0.2.17")) != here


@pytest.mark.parametrize(
    ("hops", "forwarded", "believed"),
    [
        (0, "198.51.100.9", "192.0.2.17"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.5, 198.51.100.9, 192.0.2.1", "198.51.100.9"),
        (2, "198.51.100.9", "192.0.2.17"),
        (1, "", "192.0.2.17"),
    ],
)
def test_only_our_own_proxies_are_trusted(settings: Any, hops: int, forwarded: str, believed: str) -> None:
    settings.TRUSTED_HOPS = 0
    expected = address_token(request_from(believed))
    settings.TRUSTED_HOPS = hops
    assert address_token(request_from("192.0.2.17", forwarded)) == expected


def test_an_ipv6_network_of_one_household_counts_as_one_address() -> None:
    assert address_token(request_from("2001:db8::1")) == address_token(request_from("2001:db8::ffff:1"))
    assert address_token(request_from("2001:db8::1")) != address_token(request_from("2001:db8:0:1::1"))
    assert address_token(request_from("::ffff:192.0.2.17")) == address_token(request_from("192.0.2.17"))


def refusing(request: HttpRequest) -> HttpResponse:
    raise TooMany(40)


def shown_in_a_form(request: HttpRequest) -> HttpResponse:
    request.viewer = Viewer(member_id=7, tokens=frozenset())
    try:
        for _ in range(4):
            LIMIT.apply(request)
    except Refusal:
        return HttpResponse("the form, with what was written")
    raise AssertionError


def test_a_refusal_in_a_form_has_its_status_and_retry_after(twenty_past: None) -> None:
    response = RefusalMiddleware(shown_in_a_form)(RequestFactory().post("/"))
    assert (response.status_code, response["Retry-After"]) == (429, str(39 * 60 + 30))
    assert response.content == b"the form, with what was written"


def test_a_refusal_is_json_for_a_client_that_prefers_it() -> None:
    request = RequestFactory().get("/", headers={"Accept": "application/json"})
    response = RefusalMiddleware(refusing).process_exception(request, TooMany(40))
    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (429, "40")
    assert "40" in json.loads(response.content)["error"]


@pytest.mark.django_db
def test_the_eleventh_post_of_a_minute_is_refused_and_kept_in_the_form(
    client: Client, twenty_past: None
) -> None:
    thread = new_thread()
    address = reverse("discussions:post", args=[thread.pk])
    client.force_login(new_member())
    for number in range(POSTING.count):
        client.post(address, {"text": f"Hej {number}"})
    response = client.post(address, {"text": "Mina ord"})
    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert "Mina ord" in response.text
    assert "Försök igen om 30 sekunder" in response.text
    assert thread.posts.count() == POSTING.count
    answer = client.post(address, {"text": "Mina ord"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert "Försök igen om 30 sekunder" in answer.json()["error"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sok/", "/sok/forslag/", "/sok/liknande/"])
def test_searches_are_limited_by_address(client: Client, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr("search.views.SEARCHING", Limit(SEARCHING.name, count=2, seconds=60))
    asked = {"q": "chatt", "title": "Chatt"}
    for _ in range(2):
        assert client.get(path, asked).status_code == 200
    refused = client.get(path, asked)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert client.get(path, asked, REMOTE_ADDR="192.0.2.18").status_code == 200


def kept_keys() -> list[str]:
    store = cache._cache
    return (
        list(store) if isinstance(store, dict) else [key.decode() for key in store.get_client().scan_iter()]
    )


def sign_in(client: Client, address: str = "192.0.2.17") -> Any:
    return client.post(
        "/accounts/login/", {"login": "nobody@example.org", "password": "wrong"}, REMOTE_ADDR=address
    )


@pytest.mark.django_db
def test_password_guessing_is_stopped_and_the_cache_contains_no_address(client: Client) -> None:
    answers = [sign_in(client) for _ in range(7)]
    assert "För många försök" in answers[-1].text
    assert "För många försök" not in answers[0].text
    assert "För många försök" in sign_in(client).text
    assert any("allauth:rl" in key for key in kept_keys()), "they count in the cache that all share"
    assert not any("192.0.2.17" in key for key in kept_keys())


@pytest.mark.django_db
def test_too_many_sign_ups_get_a_page_in_the_sites_design(client: Client) -> None:
    answers = [client.post("/accounts/signup/", {}) for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [200] * 20
    assert (answers[20].status_code, answers[20]["Retry-After"]) == (429, "60")
    assert "Försök igen om 60 sekunder." in answers[20].text
    assert "<main" in answers[20].text


@pytest.mark.django_db
def test_without_the_cache_sign_in_works_and_password_guessing_is_still_limited(
    client: Client, dead_cache: None, twenty_past: None
) -> None:
    new_member(first_name="Anna")
    assert sign_in(client).status_code == 200
    assert "För många försök" not in sign_in(client).text
    for _ in range(SIGN_IN.count):
        answer = sign_in(client)
    assert answer.status_code == 429
    assert sign_in(client, "192.0.2.18").status_code == 200

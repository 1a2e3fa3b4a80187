"""Users of the site: they use only pages, forms and sockets, through the proxy and over TLS."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import requests
from websockets.asyncio.client import ClientConnection, connect

from tests.topology.harness.native import HOST, Topology

TOKEN = "t" * 32
CONTROLS = ("input", "textarea", "select")


class Form(HTMLParser):
    """The fields that a browser would send of the first form in <main>: names and values, without buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self._in_main = self._in_form = self._done = False
        self._name = ""
        self._chosen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main and not self._done:
            self._in_form, self.action = True, given.get("action", "")
        elif not self._in_form:
            return
        elif tag == "input" and (name := given.get("name")):
            chosen = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if chosen and given.get("type") not in ("submit", "file"):
                self.fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag in CONTROLS:
            self._name = given.get("name", "")
            self.fields.setdefault(self._name, "")
        elif tag == "option" and ("selected" in given or self._name not in self._chosen):
            self.fields[self._name] = given.get("value", "")
            self._chosen.add(self._name)

    def handle_data(self, data: str) -> None:
        if self._in_form and self._name and self.lasttag == "textarea":
            self.fields[self._name] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in CONTROLS:
            self._name = ""
        elif tag == "form" and self._in_form:
            self._in_form, self._done = False, True


class Socket:
    """Waits for messages of the site. (The library's own client for threads can hang forever over TLS: its thread may
    be reading when another closes the connection.)"""

    def __init__(self, runner: asyncio.Runner, connection: ClientConnection) -> None:
        self._runner, self._connection = runner, connection

    def recv(self, seconds: float | None = None) -> str:
        return self._runner.run(self._next(seconds))

    def next_within(self, seconds: float) -> str | None:
        """Return the message that arrives within `seconds`, or None. A message that arrives later is not lost."""
        with suppress(TimeoutError):
            return self.recv(seconds)
        return None

    async def _next(self, seconds: float | None) -> str:
        async with asyncio.timeout(seconds):
            return str(await self._connection.recv())


class Visitor:
    """A browser without scripts. `session` is the session key of a member who is already signed in."""

    def __init__(self, topology: Topology, session: str = "") -> None:
        self.topology = topology
        self._browser = requests.Session()
        self._browser.trust_env = False
        self._browser.verify = str(topology.certificate)
        self._browser.headers.update({"Accept-Language": "sv", "Origin": topology.address})
        cookies = {"csrftoken": TOKEN} | ({"sessionid": session} if session else {})
        for name, value in cookies.items():
            self._browser.cookies.set(name, value, domain=f"{HOST}.local")

    def get(self, path: str, *, seconds: float = 30, **headers: str) -> requests.Response:
        return self._browser.get(self.address(path), headers=headers, timeout=seconds)

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        seconds: float = 30,
        follow: bool = False,
        **headers: str,
    ) -> requests.Response:
        token = self._browser.cookies["csrftoken"]
        return self._browser.post(
            self.address(path),
            data={**fields, "csrfmiddlewaretoken": token},
            headers=headers,
            timeout=seconds,
            allow_redirects=follow,
        )

    def send(self, path: str, **answers: str) -> requests.Response:
        """Open the page, fill in its form and send it."""
        form = Form(self.get(path).text)
        return self.post(form.action or path, {**form.fields, **answers})

    def address(self, path: str) -> str:
        return path if path.startswith("http") else self.topology.address + path

    @contextmanager
    def follow(self, thread: int, *, origin: str = "") -> Iterator[Socket]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._browser.cookies.items())
        opening = connect(
            f"wss://{HOST}:{self.topology.ports['proxy']}/ws/?topic=thread:{thread}",
            ssl=ssl.create_default_context(cafile=str(self.topology.certificate)),
            origin=origin or self.topology.address,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            proxy=None,
            open_timeout=5,
            close_timeout=1,
        )
        with asyncio.Runner() as runner:
            connection = runner.run(opening.__aenter__())
            try:
                yield Socket(runner, connection)
            finally:
                runner.run(connection.close())

    def sign_in(self, email: str, password: str) -> requests.Response:
        return self.send("/accounts/login/", login=email, password=password)


PREPARE = """
import json
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client
from community.members.models import Member
from community.organisations.models import Kind
from community.organisations.services import confirm_membership, create_organisation, join_organisation
members, password = [], make_password({password!r})
for number in range({members}):
    member = Member.objects.create(
        email=f"member{{number}}@samverka.example", first_name="Mia", last_name=f"Medlem {{number}}", password=password
    )
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    client = Client()
    client.force_login(member)
    members.append((member.email, client.cookies["sessionid"].value))
founder = Member.objects.get(email="member0@samverka.example")
organisation = create_organisation(name="Topologins vänner", kind=Kind.OTHER, place=None, actor=founder)
for number in range(1, {editors}):
    colleague = Member.objects.get(email=f"member{{number}}@samverka.example")
    membership = join_organisation(actor=colleague, organisation=organisation)
    confirm_membership(actor=founder, membership=membership)
print(json.dumps(members))
"""
PASSWORD = "en-lang-och-egen-losen"
EDITORS = 4
"""Members who may edit the project: a single one would reach the limit on versions an hour."""


@dataclass
class Scene:
    """Members with their sessions, and a project with its thread. The first member has written the project."""

    topology: Topology
    members: list[tuple[str, str]]
    project: str = ""
    edit: str = ""
    thread: int = 0

    def member(self, number: int) -> Visitor:
        return Visitor(self.topology, self.members[number][1])

    def founder(self) -> Visitor:
        return self.member(0)

    def editor(self, number: int) -> Visitor:
        """Return a different member for each number: each member has a separate limit."""
        return self.member(number % EDITORS)


def prepare(topology: Topology, members: int = 40) -> Scene:
    script = PREPARE.format(members=members, editors=EDITORS, password=PASSWORD)
    said = topology.manage("shell", "--no-imports", "-c", script)
    scene = Scene(topology, json.loads(said.splitlines()[-1]))
    founder = scene.founder()
    answers = {"title": "Svara på frågor om vägar", "stage": "idea", "seeks": "En vän.", "publish": "1"}
    posted = founder.send("/projekt/skriv/", **answers)
    assert posted.status_code == 302, posted.text[-3000:]
    scene.project = posted.headers["Location"]
    page = founder.get(scene.project).text
    scene.thread = int(between(page, 'data-thread="', '"'))
    scene.edit = f"/projekt/{scene.project.split('/projekt/')[1].split('-')[0]}/redigera/"
    return scene


def between(text: str, before: str, after: str) -> str:
    return text.split(before, 1)[1].split(after, 1)[0]


def posts_of(visitor: Visitor, thread: int) -> dict[int, dict[str, Any]]:
    """Return every current post of the thread by number."""
    posts: dict[int, dict[str, Any]] = {}
    version, more = 0, True
    while more:
        page = visitor.get(f"/samtal/{thread}/changes/?after={version}").json()
        posts |= {event["number"]: event for event in page["changes"]}
        version, more = page["version"], page["more"]
    return posts

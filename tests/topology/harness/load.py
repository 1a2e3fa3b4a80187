"""A load of posts and edits from several members at once, with others who read the thread and visit pages. Faults
happen under this load. It records accepted posts, to compare them later."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from websockets.exceptions import WebSocketException

from tests.topology.harness.parts import wait_until
from tests.topology.harness.people import Scene, Socket, Visitor, posts_of

WRITERS, READERS = 3, 3
PACE = 0.25
"""Seconds between two posts of a writer."""
HEARTBEAT = 0.5
"""Seconds of silence after which a reader checks whether the load has ended."""
NOT_FOR_PEOPLE = ("Traceback", "<center>nginx", "Bad Gateway", "Internal Server Error", "Server Error (500)")
_numbers = itertools.count(1)
_members = itertools.count(1)
_edits = itertools.count(1)


class Answers:
    """The answers that visitors got: statuses, and pages without a sentence for people."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.strange: list[str] = []
        self.faults: list[str] = []
        self.slowest = 0.0

    def heard(self, answer: requests.Response, path: str) -> requests.Response:
        self.statuses[answer.status_code] += 1
        self.slowest = max(self.slowest, answer.elapsed.total_seconds())
        if answer.status_code >= 500:
            after, name = (
                answer.elapsed.total_seconds(),
                answer.headers.get("X-Request-ID", "the proxy's own"),
            )
            self.faults.append(f"{path}: {answer.status_code} after {after:.1f} s ({name})")
        is_a_sentence = answer.text.strip() and not any(word in answer.text for word in NOT_FOR_PEOPLE)
        if answer.status_code >= 400 and not is_a_sentence:
            self.strange.append(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def lost(self) -> None:
        """Record a broken connection, for which a browser shows its own page."""
        self.statuses[0] += 1


class Reader(threading.Thread):
    """Follows the thread like the page's script: events in order, and a catch-up after gaps and lost connections."""

    def __init__(self, visitor: Visitor, thread: int, stopped: threading.Event) -> None:
        super().__init__(daemon=True)
        self.visitor, self.thread_id, self.stopped = visitor, thread, stopped
        self.version = -1
        self.posts: dict[int, dict[str, Any]] = {}
        self.live = False
        self.reconnected = 0
        self.last_fault = ""

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self.catch_up()
                with self.visitor.follow(self.thread_id) as socket:
                    self.listen(socket)
            except (WebSocketException, OSError, requests.RequestException, ValueError) as fault:
                self.last_fault = repr(fault)
                self.reconnected += self.live
                self.live = False
            self.stopped.wait(0.3)
        self.live = False

    def listen(self, socket: Socket) -> None:
        """Listen until the connection breaks or the load ends."""
        while not self.stopped.is_set():
            if (event := socket.next_within(HEARTBEAT)) is not None:
                self.hear(json.loads(event))

    def hear(self, event: dict[str, Any]) -> None:
        if event["type"] == "ready":
            self.live = True
        if event["type"] == "ready" or event["version"] > self.version + 1:
            if event["version"] > self.version:
                self.catch_up()
        elif event["version"] == self.version + 1:
            self.version = event["version"]
            self.posts[event["number"]] = event

    def catch_up(self) -> None:
        more = True
        while more:
            answer = self.visitor.get(f"/samtal/{self.thread_id}/changes/?after={max(self.version, 0)}")
            answer.raise_for_status()
            page = answer.json()
            self.posts |= {event["number"]: event for event in page["changes"]}
            self.version, more = max(self.version, page["version"]), page["more"]


class Load:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.answers = Answers()
        self.accepted: set[str] = set()
        self.tried: set[str] = set()
        self.final: dict[int, set[str]] = {}
        self.mark = ""
        self.marks = 0
        self._resting = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        visitors = [Visitor(scene.topology), *(scene.member(n) for n in range(1, READERS))]
        self.readers = [Reader(visitor, scene.thread, self._ended) for visitor in visitors]
        self.writers = [threading.Thread(target=self._write, args=[n], daemon=True) for n in range(WRITERS)]
        self.writers.append(threading.Thread(target=self._edit_project, daemon=True))
        self.visitor = threading.Thread(target=self._visit, daemon=True)

    # -- the parts of the load

    def _write(self, number: int) -> None:
        mine: list[tuple[Visitor, int]] = []
        while not self._resting.is_set():
            text = f"Inlägg {next(_numbers)}, av skrivare {number}."
            visitor = self._next_member()
            self.tried.add(text)
            answer = self._sent(
                visitor, f"/samtal/{self.scene.thread}/posts/", text, Accept="application/json"
            )
            if answer is not None and answer.status_code == 201:
                with self._lock:
                    self.accepted.add(text)
                    self.final[answer.json()["number"]] = {text}
                mine.append((visitor, answer.json()["number"]))
                if len(mine) % 3 == 0:
                    self._change(*mine[-2])
            self._resting.wait(PACE)

    def _change(self, visitor: Visitor, number: int) -> None:
        text = f"Ändrat {next(_numbers)}."
        before = self.final[number]
        # Until the answer comes, either text may be there.
        self.final[number] = before | {text}
        answer = self._sent(visitor, f"/samtal/{self.scene.thread}/posts/{number}/edit/", text)
        if answer is not None and answer.status_code == 302:
            self.final[number] = {text}

    def _sent(self, visitor: Visitor, path: str, text: str, **headers: str) -> requests.Response | None:
        """Send the same text again, like a patient member, until the answer is not a server error."""
        while not self._ended.is_set():
            try:
                answer = self.answers.heard(visitor.post(path, {"text": text}, **headers), path)
                if answer.status_code < 500:
                    return answer
            except requests.RequestException:
                self.answers.lost()
            self._ended.wait(1)
        return None

    def _edit_project(self) -> None:
        """Change the text of the project, which the search must find."""
        while not self._resting.is_set():
            mark = f"kvitter{next(_numbers)}"
            try:
                editor = self.scene.editor(next(_edits))
                answer = editor.send(self.scene.edit, description=f"Vi prövar {mark}.", publish="1")
                if self.answers.heard(answer, self.scene.edit).status_code == 302:
                    self.mark = mark
                    self.marks += 1
            except requests.RequestException:
                self.answers.lost()
            self._resting.wait(2)

    def _visit(self) -> None:
        """Open pages as visitors and members do."""
        stranger, member = Visitor(self.scene.topology), self.scene.member(3)
        pages = ["/", "/en/", "/guider/", self.scene.project, "/sok/?q=vägar", "/organisationer/"]
        while not self._ended.is_set():
            for visitor, path in itertools.product((stranger, member), pages):
                try:
                    self.answers.heard(visitor.get(path), path)
                except requests.RequestException:
                    self.answers.lost()
                if self._ended.wait(0.05):
                    return

    def _next_member(self) -> Visitor:
        """Return a different member each time: one member may not post so often."""
        return self.scene.member(4 + next(_members) % (len(self.scene.members) - 4))

    # -- for tests

    def start(self) -> None:
        for thread in (*self.readers, *self.writers, self.visitor):
            thread.start()
        self.readers_return(30)
        self.goes_on()

    def readers_return(self, seconds: float = 60) -> float:
        """Wait until all readers follow again. Return the seconds."""
        return wait_until(
            lambda: all(reader.live for reader in self.readers),
            seconds,
            lambda: f"Readers stay away: {[(reader.live, reader.last_fault) for reader in self.readers]}",
        )

    def goes_on(self, posts: int = 5, seconds: float = 60) -> float:
        """Wait until `posts` more posts were accepted. Return the seconds."""
        enough = len(self.accepted) + posts
        return wait_until(lambda: len(self.accepted) >= enough, seconds, "Nobody can write.")

    def next_mark(self, seconds: float = 60) -> str:
        """Wait until the project was changed once more. Return the words that the search must find from now on."""
        before = self.marks
        wait_until(lambda: self.marks > before, seconds, "The project can't be changed.")
        return self.mark

    def rest(self) -> None:
        """Stop writing, after the requests in progress."""
        self._resting.set()
        for writer in self.writers:
            writer.join(60)

    def end(self) -> None:
        """Stop everything, so that late requests do not count into the next test's fault."""
        self._resting.set()
        self._ended.set()
        threads = (*self.writers, *self.readers, self.visitor)
        for thread in threads:
            thread.join(40)
        assert not any(thread.is_alive() for thread in threads), "The load did not end."

    def assert_all_is_well(self) -> None:
        """After `rest`: check that posts were accepted once, that readers agree, and that errors were sentences."""
        truth = posts_of(self.scene.member(2), self.scene.thread)
        texts = Counter(words_in(event["html"]) for event in truth.values())
        for text in self.tried:
            assert texts[text] <= 1, f"{text!r} is there {texts[text]} times"
        for number, possible in self.final.items():
            assert words_in(truth[number]["html"]) in possible, (number, possible, truth[number])
        assert len(self.final) == len(self.accepted)
        for reader in self.readers:
            wait_until(
                lambda reader=reader: reader.live and seen(reader.posts) == seen(truth),  # type: ignore[misc]
                40,
                lambda reader=reader: f"A reader differs: {differences(reader.posts, truth)}",  # type: ignore[misc]
            )
        assert self.answers.strange == []


def words_in(html: str) -> str:
    return html.removeprefix("<p>").strip().removesuffix("</p>")


def seen(posts: dict[int, dict[str, Any]]) -> dict[int, tuple[int, str]]:
    return {number: (event["version"], event.get("html", "")) for number, event in posts.items()}


def differences(mine: dict[int, dict[str, Any]], theirs: dict[int, dict[str, Any]]) -> list[int]:
    return sorted(n for n in {*mine, *theirs} if seen(mine).get(n) != seen(theirs).get(n))


@contextmanager
def loaded(scene: Scene) -> Iterator[Load]:
    load = Load(scene)
    try:
        load.start()
        yield load
        load.rest()
        load.assert_all_is_well()
    finally:
        load.end()


def measured(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began

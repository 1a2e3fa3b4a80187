"""The compose file's services, started natively from that file and used like a browser uses them."""

from __future__ import annotations

import mailbox
import re
import socket
import ssl
from collections.abc import Iterator

import pytest
import requests
from websockets.exceptions import InvalidStatus

from tests.topology.harness import Part, Topology
from tests.topology.harness.native import HOST
from tests.topology.harness.parts import wait_until
from tests.topology.harness.people import PASSWORD, Scene, Visitor, posts_of

pytestmark = pytest.mark.topology

FOUND_WITHIN = 2.0
"""The most seconds from publishing to the search results."""


def mails_to(topology: Topology, address: str) -> list[str]:
    """Return the text of each mail."""
    box = mailbox.Maildir(topology.mail_folder / "box", create=True)
    return [
        "\n".join(
            str(part.get_payload(decode=True), "utf-8") for part in mail.walk() if not part.is_multipart()
        )
        for mail in box
        if address in str(mail["To"])
    ]


@pytest.fixture(scope="module", autouse=True)
def unfinished(topology: Topology) -> Iterator[tuple[socket.socket, ssl.SSLSocket]]:
    """Open two connections that send no request, one before TLS and one within it, before the first test."""
    place = (HOST, topology.ports["proxy"])
    trusting = ssl.create_default_context(cafile=str(topology.certificate))
    with (
        socket.create_connection(place, timeout=30) as silent,
        trusting.wrap_socket(socket.create_connection(place, timeout=30), server_hostname=HOST) as begun,
    ):
        begun.sendall(b"GET /ws/threads/1/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: web")
        yield silent, begun


def test_every_part_is_healthy_by_its_own_health_check(topology: Topology) -> None:
    copies = {name: part for name, part in topology.parts.items() if name != "migrate"}
    assert {
        "web-1",
        "web-2",
        "live-1",
        "live-2",
        "worker",
        "postgres",
        "redis",
        "elasticsearch",
        "proxy",
    } < set(copies)
    assert [name for name, part in copies.items() if not part.is_healthy()] == []


def test_the_proxy_serves_pages_with_all_security_headers(topology: Topology) -> None:
    page = Visitor(topology).get("/")
    assert page.status_code == 200
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert page.headers["Server"] == "nginx"
    assert len(page.headers["X-Request-ID"]) == 32
    styles = re.findall(r'href="(/static/css/[^"]+)"', page.text)
    assert styles
    assert all(Visitor(topology).get(style).status_code == 200 for style in styles)


def test_a_request_without_tls_is_redirected_to_https(topology: Topology) -> None:
    plain = f"http://127.0.0.1:{topology.ports['plain']}/guider/?a=1"
    answer = requests.get(plain, headers={"Host": "localhost"}, allow_redirects=False, timeout=5)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://localhost/guider/?a=1"


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/health/ready", "/media/documents/a.pdf"]
)
def test_internal_addresses_are_not_served_to_the_outside(topology: Topology, path: str) -> None:
    answer = Visitor(topology).get(topology.address + path)
    assert answer.status_code == 404
    assert "Samverka" in answer.text
    assert "worker" not in answer.text
    assert "# HELP" not in answer.text


def test_renditions_are_served_from_the_volume_and_originals_are_not(topology: Topology) -> None:
    for folder in ("images", "original_images"):
        (topology.directory / "data" / "media" / folder).mkdir(exist_ok=True)
        for name in ("a.width-800", "a.width-500_1a2B3cD", "a.max-165x165", "a.width-800.original"):
            (topology.directory / "data" / "media" / folder / f"{name}.webp").write_bytes(b"picture")
    visitor = Visitor(topology)
    picture = visitor.get("/media/images/a.width-800.webp")
    assert (picture.status_code, picture.content) == (200, b"picture")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert visitor.get("/media/images/a.width-500_1a2B3cD.webp").content == b"picture"
    for name in ("original_images/a.width-800", "images/../original_images/a.width-800"):
        assert visitor.get(f"/media/{name}.webp").status_code == 404
    for size_of_the_admin in ("a.max-165x165", "a.width-800.original"):
        assert visitor.get(f"/media/images/{size_of_the_admin}.webp").status_code == 404
    lost = visitor.get("/media/images/none.webp")
    assert lost.status_code == 404
    assert "<center>" not in lost.text


def test_a_request_that_is_too_large_is_refused_in_a_sentence(topology: Topology, scene: Scene) -> None:
    answer = scene.member(1).post("/projekt/skriv/", {"title": "x" * 21 * 2**20})
    assert answer.status_code == 413
    assert "Filen är för stor" in answer.text


def test_a_new_member_confirms_by_mail_signs_in_and_posts_live(topology: Topology, scene: Scene) -> None:
    address = "nils.ny@samverka.example"
    visitor = Visitor(topology)
    visitor.send(
        "/accounts/signup/",
        first_name="Nils",
        last_name="Ny",
        email=address,
        password1=PASSWORD,
        organisation="Topologins vänner",
        accepts="on",
        place="",
        kind="",
    )
    wait_until(lambda: mails_to(topology, address), 30, "No mail came.")
    link = re.search(r"https://\S+/confirm-email/\S+?/", mails_to(topology, address)[0])
    assert link
    path = link[0].split("localhost", 1)[1]
    visitor.send("/" + path.split("/", 1)[1])
    assert visitor.sign_in(address, PASSWORD).status_code == 302

    with Visitor(topology).follow(scene.thread) as socket:
        assert '"ready"' in socket.recv(5)
        sent = visitor.post(
            f"/samtal/{scene.thread}/posts/", {"text": "Jag är ny här."}, Accept="application/json"
        )
        assert sent.status_code == 201
        assert "Jag är ny här." in socket.recv(5)
    assert any("Jag är ny här." in post["html"] for post in posts_of(visitor, scene.thread).values())
    assert len([mail for mail in mails_to(topology, address) if "confirm-email" in mail]) in (1, 2)


def test_a_page_of_another_site_cannot_open_a_socket(topology: Topology, scene: Scene) -> None:
    with (
        pytest.raises(InvalidStatus),
        scene.member(1).follow(scene.thread, origin="https://elsewhere.example"),
    ):
        pass


def test_a_written_project_is_found_by_elasticsearch_within_two_seconds(
    topology: Topology, scene: Scene
) -> None:
    """A busy machine gets another try."""
    stranger = Visitor(topology)
    took: list[float] = []
    for word in ("snödjup", "islossning", "vattenstånd"):
        changed = scene.founder().send(scene.edit, description=f"Vi mäter {word}.", publish="1")
        assert changed.status_code == 302
        found: list[str] = []

        def is_found(word: str = word, found: list[str] = found) -> bool:
            found[:] = [stranger.get(f"/sok/?q={word}").text]
            return scene.project in found[0]

        took.append(wait_until(is_found, 30, "It is not found."))
        assert "i ett enklare läge" not in found[0]
        assert topology.found(word) == 1
        if took[-1] <= FOUND_WITHIN:
            break
    assert took[-1] <= FOUND_WITHIN, took


def test_an_unfinished_request_for_a_socket_is_closed(
    topology: Topology, unfinished: tuple[socket.socket, ssl.SSLSocket]
) -> None:
    """The proxy waits for 15 seconds. No test before this one stops it."""
    silent, begun = unfinished
    assert begun.recv(1) == b""
    assert silent.recv(1) == b""
    assert not topology["proxy"].restarted


def test_the_number_of_sockets_for_an_address_is_limited(topology: Topology, scene: Scene) -> None:
    proxy, rules = topology["proxy"], topology.directory / "etc" / "site.conf"
    as_it_is = rules.read_text()
    few = as_it_is.replace("limit_conn sockets 1000;", "limit_conn sockets 2;")
    assert few != as_it_is
    proxy.stop()
    rules.write_text(few)
    try:
        proxy.start()
        proxy.wait()
        with scene.member(1).follow(scene.thread), scene.member(2).follow(scene.thread):
            with pytest.raises(InvalidStatus) as refused, scene.member(3).follow(scene.thread):
                pass
            assert refused.value.response.status_code == 429
            assert Visitor(topology).get("/").status_code == 200
    finally:
        proxy.stop()
        rules.write_text(as_it_is)
        proxy.start()
        proxy.wait()


def test_without_certificates_the_proxy_serves_plain_http_to_a_proxy_in_front_of_it(
    topology: Topology,
) -> None:
    proxy, aside = topology["proxy"], topology.certificate.with_suffix(".aside")
    proxy.stop()
    topology.certificate.rename(aside)
    try:
        proxy.start()
        proxy.wait()
        plain = f"http://127.0.0.1:{topology.ports['plain']}/organisationer/"
        in_front = {"Host": "localhost", "X-Forwarded-Proto": "https"}
        assert requests.get(plain, headers=in_front, timeout=10).status_code == 200
        alone = requests.get(plain, headers={"Host": "localhost"}, allow_redirects=False, timeout=10)
        assert alone.status_code == 301
        assert alone.headers["Location"].startswith("https://localhost/")
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{topology.address}/", timeout=5, verify=False)
    finally:
        proxy.stop()
        aside.rename(topology.certificate)
        proxy.start()
        proxy.wait()


def test_an_unavailable_site_answers_with_a_sentence_in_both_languages(topology: Topology) -> None:
    web = [topology["web-1"], topology["web-2"]]
    for part in web:
        part.stop()
    away = Visitor(topology).get(f"/organisationer/?nu={len(web)}")
    for part in web:
        part.start()
    assert away.status_code == 503
    assert away.headers["Retry-After"] == "10"
    assert "Samverka svarar inte just nu" in away.text
    assert 'lang="en"' in away.text
    for part in web:
        part.wait()
    wait_until(lambda: Visitor(topology).get("/organisationer/").status_code == 200, 20, "No pages.")


@pytest.mark.parametrize(
    "order",
    [
        ["postgres", "redis", "web-1", "web-2", "live-1", "live-2", "worker", "proxy"],
        ["proxy", "worker", "live-2", "live-1", "web-2", "web-1", "redis", "postgres"],
    ],
    ids=["servers first", "proxy first"],
)
def test_parts_are_restarted_in_any_order(topology: Topology, scene: Scene, order: list[str]) -> None:
    """Elasticsearch starts slowly and is restarted in its own test (`test_faults`)."""
    parts: list[Part] = [topology[name] for name in order]
    for part in parts:
        part.stop()
    for part in parts:
        part.start()
    for part in parts:
        part.wait()
    visitor = scene.member(2)
    wait_until(lambda: visitor.get("/").status_code == 200, 20, "No pages.")
    text = f"Efter omstart, {'-'.join(order)}."
    assert visitor.post(f"/samtal/{scene.thread}/posts/", {"text": text}).status_code == 302
    with visitor.follow(scene.thread) as socket:
        assert '"ready"' in socket.recv(5)


def test_a_client_cannot_choose_its_own_address(topology: Topology, scene: Scene) -> None:
    """A limit counts one client, whatever addresses it claims. This test is last: it blocks sign-in for a while."""
    visitor = Visitor(topology)
    statuses = set()
    for number in range(45):
        fields = {"login": f"nobody{number}@samverka.example", "password": "fel"}
        statuses.add(
            visitor.post("/accounts/login/", fields, **{"X-Forwarded-For": f"10.0.0.{number}"}).status_code
        )
    assert 429 in statuses

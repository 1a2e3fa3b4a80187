"""One served demonstration for all end-to-end tests except the journey.

The scene adds what the demonstration lacks: a member who waits for confirmation, a draft, an unfinished use case, an
earlier version of a project, and a record of an inventory. It is prepared once; each worker serves a copy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.inventories import MAPPING, as_csv, record
from tests.support.people import confirm_address, fill_card, sign_in, sign_up, write_post
from tests.support.served import Site, embedded, make_once

ROLES = {
    "admin": "mats.alder@granvik.example",
    "member": "anna.berg@granvik.example",
    "editor": "redaktor@samverka.example",
}
USERS = ("anyone", "waiting", *ROLES)
# A page that refuses members, and an address without a page.
REFUSED = {"/organisationer/almsjo/redigera/": 403, "/finns-inte/": 404}
WAITING = "vera.vik@brevlada.example"


@dataclass
class Scene:
    """A served site, a signed-in browser profile for each role, and addresses by name."""

    site: str
    served: Site
    contexts: dict[str, BrowserContext]
    paths: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        return self.paths.get(name, name)


@pytest.fixture(scope="session")
def prepared(first_start: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data directory of the scene's site with `scene.json`: its addresses, and the cookies of each
    role."""

    def prepare(directory: Path) -> None:
        with embedded(first_start, directory) as site, serve(site, browser, dict.fromkeys(USERS)) as scene:
            for role, email in ROLES.items():
                page = scene.contexts[role].new_page()
                sign_in(page, scene.site, email)
                page.close()
            inventory = tmp_path_factory.mktemp("inventory")
            paths = {
                **found_by_links(scene),
                **written(scene),
                "reference": imported(site, inventory, scene),
            }
            cookies = {role: context.storage_state() for role, context in scene.contexts.items()}
            (directory / "scene.json").write_text(json.dumps([paths, cookies]))

    return make_once(tmp_path_factory, "scene", prepare)


@pytest.fixture(scope="session")
def scene(prepared: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    paths, cookies = json.loads((prepared / "scene.json").read_text())
    with (
        embedded(prepared, tmp_path_factory.mktemp("scene")) as site,
        serve(site, browser, cookies) as scene,
    ):
        scene.paths = paths
        yield scene


@contextmanager
def serve(site: Site, browser: Browser, cookies: dict[str, Any]) -> Iterator[Scene]:
    """Start the site and open a browser profile for each role. Fail at the end if the site logged an error."""
    site.start()
    contexts = {
        role: browser.new_context(locale="sv-SE", storage_state=state) for role, state in cookies.items()
    }
    for context in contexts.values():
        context.set_default_timeout(10_000)
    yield Scene(site.address, site, contexts)
    for context in contexts.values():
        context.close()
    assert site.faults == []


def found_by_links(scene: Scene) -> dict[str, str]:
    """Return the first link of each list, found as a reader finds it."""
    lists = {
        "guide": "/guider/",
        "use case": "/anvandningsfall/",
        "article": "/artiklar/",
        "project": "/projekt/",
        "statement": "/erbjuds-och-soks/",
        "organisation": "/organisationer/",
    }
    page = scene.contexts["anyone"].new_page()
    paths = {}
    for name, path in lists.items():
        page.goto(scene.site + path)
        paths[name] = str(page.locator("main article h2 a, main article h3 a").first.get_attribute("href"))
    page.goto(scene.site + paths["use case"])
    adopt = page.locator("main a[href*='vi-ocksa']").first
    paths["adopt use case"] = str(adopt.get_attribute("href"))
    page.close()
    return paths


def written(scene: Scene) -> dict[str, str]:
    """Write as members, before the tests read."""
    page = scene.contexts["waiting"].new_page()
    sign_up(page, scene.site, "Vera Vik", WAITING, "Granviks kommun")
    confirm_address(page, scene.served.link_mailed_to(WAITING))
    page.close()

    page = scene.contexts["member"].new_page()
    fill_card(page, scene.site, "Ett utkast").locator("[name=draft]").click()
    paths = {"draft": urlsplit(page.url).path}
    fill_card(page, scene.site, "Ett eget projekt", seeks="En vän.").locator("[name=publish]").click()
    paths["own project"] = urlsplit(page.url).path
    paths["own statement"] = str(
        page.locator("a[href^='/erbjuds-och-soks/']", has_text="En vän.").get_attribute("href")
    )
    paths["edit statement"] = paths["own statement"] + "redigera/"
    write_post(page, "**Hej**!")
    page.wait_for_selector("#post-1")
    for action in ("edit", "remove"):
        paths[f"{action} post"] = str(page.locator(f"#post-1 [data-action={action}]").get_attribute("href"))
    paths["thread"] = paths["edit post"].split("posts")[0]
    own = page.locator("#member-menu li:nth-child(n + 4) a")
    paths["notices"], paths["settings of notices"] = (
        str(link.get_attribute("href")) for link in own.all()[:2]
    )
    page.locator("main a[href$='/redigera/']").first.click()
    paths["edit project"] = urlsplit(page.url).path
    paths["narrow project"] = str(page.locator("main a[href$='/lasare/']").get_attribute("href"))
    page.locator("[name=benefit]").fill("Alla vinner.")
    page.locator("main form [name=publish]").click()
    paths["history"] = str(page.locator("main a[href$='/historik/']").get_attribute("href"))
    page.goto(f"{scene.site}/organisationer/granvik/")
    paths["membership"] = str(page.locator("main a[href*='/personer/']").get_attribute("href"))
    paths["leave use case"] = str(page.locator("main a[href$='/lamna/']").first.get_attribute("href"))
    page.goto(f"{scene.site}/anvandningsfall/chattbot-kontaktcenter/")
    paths["results"] = str(page.locator("main a[href$='/resultat/']").get_attribute("href"))
    page.goto(scene.site + paths["results"])
    paths["edit result"] = str(page.locator("main a[href$='/andra/']").first.get_attribute("href"))
    paths["delete result"] = str(page.locator("main a[href$='/ta-bort/']").first.get_attribute("href"))
    page.goto(f"{scene.site}/projekt/skriv-anvandningsfall/")
    page.locator("[name=title]").fill("Ett användningsfall på väg")
    page.locator("[name=summary]").fill("Alla vinner.")
    page.locator("[name=stage]").select_option("in_use")
    page.locator("main form [name=draft]").click()
    link = page.locator("article", has_text="Ett användningsfall på väg").locator("h3 a")
    paths["edit use case"] = str(link.get_attribute("href"))
    page.close()
    return paths


def imported(site: Site, folder: Path, scene: Scene) -> str:
    """Return the address of a project imported from a published inventory."""
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "inventory.csv").write_text(as_csv([record(Name="Read meters from the air")]), encoding="utf-8")
    site.manage("import_inventory", folder / "inventory.csv", "--mapping", folder / "mapping.toml")
    site.wait_for_index()
    page = scene.contexts["anyone"].new_page()
    page.goto(f"{scene.site}/sok/?q=meters+from+the+air")
    link = page.get_by_role("link", name="Read meters from the air").first
    path = str(link.get_attribute("href"))
    page.close()
    return path


@pytest.fixture
def open_page(scene: Scene) -> Iterator[Callable[..., Page]]:
    """Open a page by role and by address or name. Fail if the browser's console shows an error."""
    pages: list[Page] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        of_the_page_itself = message.location["url"] in (message.page.url if message.page else "", "")
        if message.type in ("error", "warning") and not (
            of_the_page_itself and "status of 4" in message.text
        ):
            complaints.append(f"{message.text} ({message.location['url']})")

    def visit(role: str, path: str) -> Page:
        page = scene.contexts[role].new_page()
        pages.append(page)
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(scene.site + scene.path(path))
        assert answer
        assert answer.status == REFUSED.get(path, 200), path
        return page

    yield visit
    for page in pages:
        # Leaving a page before its socket is connected is not an error of the page.
        page.remove_listener("console", complain)
        page.close()
    assert complaints == []

"""Real browsers on the real site.

    def test_a_reader_finds_it(live_site, page): page.goto(f"{live_site}/guides/") …
    def test_two_readers(live_site, new_page): anna, bo = new_page(), new_page()

`live_site` serves the ASGI application in a thread of the test's own process, with a worker for background tasks. The
test's data must be committed, so the fixture makes such tests transactional.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from community.live.server import OPTIONS as SOCKETS
from tests.support.services.chromium import ARGUMENTS, NAMES
from tests.support.services.machine import find_program, free_port
from tests.support.tasks import run_due_tasks

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The machine's own Chromium, started once for each worker of the suite."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in the test's own thread, where Django would refuse every query.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        executable = os.environ.get("CHROMIUM") or find_program(*NAMES)
        chromium = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a new browser profile. Arguments are Playwright's for a context (colour scheme, size)."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(locale="sv-SE", **options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def _work_until(stopped: threading.Event) -> None:
    while not stopped.wait(0.1):
        run_due_tasks()
    connections.close_all()


@pytest.fixture
def live_site(transactional_db: None) -> Iterator[str]:
    """Yield the address of the site as `make run` serves it: pages and sockets in one process, tasks in a thread."""
    port = free_port()
    config = uvicorn.Config(
        "config.asgi:application",
        host="127.0.0.1",
        port=port,
        lifespan="off",
        log_level="warning",
        **SOCKETS,
    )
    server = uvicorn.Server(config)
    stopped = threading.Event()
    serving = threading.Thread(target=server.run, daemon=True)
    working = threading.Thread(target=_work_until, args=[stopped], daemon=True)
    serving.start()
    working.start()
    while not server.started and serving.is_alive():
        stopped.wait(0.02)
    yield f"http://127.0.0.1:{port}"
    stopped.set()
    server.should_exit = True
    working.join(10)
    serving.join(10)

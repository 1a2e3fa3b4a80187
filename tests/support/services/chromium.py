"""The machine's own Chromium, which Playwright controls. Playwright's download of a browser is never needed."""

from __future__ import annotations

from tests.support.services.machine import Servers, Unavailable, find_program, install_packages

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find(_servers: Servers) -> str:
    """Return the path of a Chromium. Install it if allowed."""
    if not find_program(*NAMES):
        install_packages("chromium")
    chromium = find_program(*NAMES)
    if not chromium:
        raise Unavailable("no Chromium")
    return chromium

"""Accessibility faults that axe-core finds on a page: `assert accessibility_faults(page) == []`."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# WCAG 2.2 AA, with all levels and versions below it.
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Of other results axe then collects one element each, which halves its time.
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
_axe = Axe()


def accessibility_faults(page: Page) -> list[str]:
    """Return one line for each element at fault: the rule, the remedy and the element. No rule is turned off."""
    found = _axe.run(page, options=OPTIONS)
    return [
        f"{violation['id']}: {violation['help']} ({node['html'][:160]})"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]

from __future__ import annotations

from foundation.tasks import task
from knowledge.rendering import is_outdated, keep_all_html


@task(queue="framework")
def render_texts() -> None:
    """Keep HTML of every Markdown text, and none that is no longer shown; comes round (`config.work.schedule`)."""
    keep_all_html()


@task(queue="framework")
def render_after_upgrade() -> None:
    """The same, as soon as the renderer is another."""
    if is_outdated():
        keep_all_html()

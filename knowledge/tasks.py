from __future__ import annotations

from core.tasks import task
from knowledge.rendering import is_outdated, keep_all_html


@task(queue="framework")
def render_texts() -> None:
    """Store HTML for every Markdown text and delete HTML that no text has. Scheduled in `operations.schedule`."""
    keep_all_html()


@task(queue="framework")
def render_after_upgrade() -> None:
    """The same, when the version of the renderer has changed."""
    if is_outdated():
        keep_all_html()

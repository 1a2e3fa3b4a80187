"""What this room announces."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.audience import Viewer


@dataclass(frozen=True)
class SubjectShown:
    """STATE: a member has a subject's page before their eyes. Sent while the page is made; may repeat."""

    member_id: int
    subject_id: int


subject_shown = Signal()


def show(viewer: Viewer, subject_id: int) -> None:
    """Say that the viewer opens the subject's page; of the anonymous nothing is said. Never breaks the page."""
    if viewer.member_id:
        fact = SubjectShown(viewer.member_id, subject_id)
        subject_shown.send_robust(sender=SubjectShown, fact=fact)

from __future__ import annotations

from core.audience import Viewer
from core.decisions import ALLOWED, Decision


def can_send_message(viewer: Viewer) -> Decision:
    """Everyone may write to the operators, also without an account, as the law on accessibility requires."""
    return ALLOWED

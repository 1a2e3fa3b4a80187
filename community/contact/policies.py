from __future__ import annotations

from typing import Any

from core.decisions import ALLOWED, Decision


def can_send_message(actor: Any) -> Decision:
    """Everyone may write to the operators, also without an account: the law on accessibility asks for it."""
    return ALLOWED

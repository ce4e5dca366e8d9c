"""Whether a conversation, as it was left, lets a question of ours in."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.turn import State


def is_calm(stored: str, now: datetime) -> bool:
    """False while a text is waited for, after “dừng”, and while somebody of the office answers there."""
    try:
        state = State.from_json(stored)
        staff_until = state.staff_until and datetime.fromisoformat(state.staff_until)
    except (ValueError, TypeError):
        return False
    return not (state.at or state.quiet or (staff_until and staff_until > now))

"""Somebody who asks their messenger that we forget them."""

from __future__ import annotations

from bot.conversation.turn import Reply, Say, Turn
from bot.services import privacy


def withdraw(turn: Turn) -> Reply:
    """Forget the chat; say so where there was one: a first contact has left nothing."""
    privacy.withdraw(turn.unit, turn.commune, turn.identity)
    said = () if turn.is_first else (Say(turn.say("privacy.forgotten"), home=False),)
    return Reply(said, forgets=True, outcome="withdrew")
